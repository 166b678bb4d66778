using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Enrichment;

internal static class PropertyName
{
    /// <summary><c>"name":</c> as it stands in a document.</summary>
    public static byte[] Encode(string name) => [.. EncodeText(name), (byte)':'];

    /// <summary><c>"text"</c> as it stands in a document.</summary>
    public static byte[] EncodeText(string text) => [(byte)'"', .. JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];
}
