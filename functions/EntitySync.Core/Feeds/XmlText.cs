using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace EntitySync.Core.Feeds;

/// <summary>Writes pieces of XML 1.0 in UTF-8.</summary>
internal static class XmlText
{
    // A carriage return that is not written as a reference reaches the reader as a line feed.
    private static readonly SearchValues<byte> Special = SearchValues.Create("&<>\"\r"u8);
    private static readonly SearchValues<char> NotInXml = SearchValues.Create([.. Enumerable.Range(0, 0x20).Except([0x9, 0xA, 0xD]).Select(code => (char)code), '\uFFFE', '\uFFFF']);

    /// <summary>True when XML 1.0 can carry the text, which is valid UTF-16.</summary>
    public static bool Fits(string text) => !text.AsSpan().ContainsAny(NotInXml);

    /// <summary>True when XML 1.0 can carry the JSON value: its only characters that XML has not are U+FFFE and U+FFFF, as JSON writes control characters as escapes.</summary>
    public static bool FitsJson(ReadOnlySpan<byte> json)
    {
        for (int found; (found = json.IndexOf((byte)0xEF)) >= 0; json = json[(found + 1)..])
        {
            if (json.Length > found + 2 && json[found + 1] == 0xBF && json[found + 2] >= 0xBE) return false;
        }

        return true;
    }

    public static void Raw(this IBufferWriter<byte> output, ReadOnlySpan<byte> xml) => output.Write(xml);

    /// <summary>Text, in an element or in an attribute in double quotes.</summary>
    public static void Text(this IBufferWriter<byte> output, string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Text(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    public static void Text(this IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        for (int found; (found = text.IndexOfAny(Special)) >= 0; text = text[(found + 1)..])
        {
            output.Write(text[..found]);
            output.Write(Reference(text[found]));
        }

        output.Write(text);
    }

    /// <summary>Length of what <see cref="Text(IBufferWriter{byte}, ReadOnlySpan{byte})"/> writes.</summary>
    public static int TextLength(ReadOnlySpan<byte> text)
    {
        var length = text.Length;
        for (int found; (found = text.IndexOfAny(Special)) >= 0; text = text[(found + 1)..]) length += Reference(text[found]).Length - 1;
        return length;
    }

    public static void Base64(this IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, output.GetSpan(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        output.Advance(written);
    }

    private static ReadOnlySpan<byte> Reference(byte character) => character switch
    {
        (byte)'&' => "&amp;"u8,
        (byte)'<' => "&lt;"u8,
        (byte)'>' => "&gt;"u8,
        (byte)'"' => "&#34;"u8,
        _ => "&#13;"u8,
    };
}
