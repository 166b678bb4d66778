using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Enrichment;

internal static class PropertyName
{
    /// <summary><c>"name":</c> as it stands in a document.</summary>
    public static byte[] Encode(string name) => [(byte)'"', .. JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"', (byte)':'];
}
