using System.Security.Cryptography;

namespace EntitySync.Functions;

/// <summary>Strong entity tags of bodies: equal bytes of equal type have equal tags, whoever made them and when.</summary>
internal static class BodyTags
{
    private const int HashBytes = 16;

    /// <param name="type">Media type: two forms of the same thing are two representations.</param>
    /// <param name="body">The bytes.</param>
    public static string Of(string type, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(type));
        hash.AppendData([0]);
        hash.AppendData(body);
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashBytes))}\"";
    }

    /// <summary>Whether If-None-Match names the tag: <c>*</c> or a list, compared weakly (RFC 9110, 13.1.2).</summary>
    public static bool Matches(string? ifNoneMatch, string tag) => ifNoneMatch is not null && (ifNoneMatch.Trim() == "*"
        || ifNoneMatch.Split(',', StringSplitOptions.TrimEntries).Any(each => each == tag || (each.StartsWith("W/", StringComparison.Ordinal) && each.AsSpan(2).SequenceEqual(tag))));
}
