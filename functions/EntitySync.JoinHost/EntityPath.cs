using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace EntitySync.JoinHost;

/// <summary>
/// The entity and key of a request. Taken from the raw request line: the server's own decoding leaves <c>%2F</c> as it is and folds <c>..</c>,
/// and both may stand in a key.
/// </summary>
internal sealed record EntityPath(string Entity, ReadOnlyMemory<byte> Key)
{
    private const string Prefix = "/entities/";

    public bool IsUtf8 => Utf8.IsValid(Key.Span);

    public string Text { get; } = Encoding.UTF8.GetString(Key.Span);

    /// <returns>Null when the path has not exactly a name and a key, or a percent sign without two hex digits.</returns>
    public static EntityPath? Parse(string rawTarget)
    {
        var start = rawTarget.IndexOf(Prefix, StringComparison.Ordinal);
        if (start < 0) return null;
        var path = rawTarget[(start + Prefix.Length)..].Split('?', 2)[0];
        return path.Split('/') is [var name, var key] && Decode(name) is { } entity && Decode(key) is { } bytes
            ? new EntityPath(Encoding.UTF8.GetString(entity), bytes)
            : null;
    }

    private static byte[]? Decode(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var read = 0; read < encoded.Length; read++)
        {
            if (encoded[read] != '%') encoded[length++] = encoded[read];
            else if (read + 2 < encoded.Length && byte.TryParse(encoded.AsSpan(read + 1, 2), NumberStyles.AllowHexSpecifier, null, out encoded[length++])) read += 2;
            else return null;
        }

        return encoded[..length];
    }
}
