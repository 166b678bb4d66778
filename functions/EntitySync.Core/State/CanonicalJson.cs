using System.Security.Cryptography;

namespace EntitySync.Core.State;

/// <summary>
/// Canonical JSON of a row: no white space, properties sorted by ordinal name, numbers as the store returns them.
/// The same row gives the same bytes whoever read it (a stream image, a GetItem), so that fingerprints can be compared.
/// </summary>
public static class CanonicalJson
{
    /// <summary>First 8 bytes of SHA-256 over <paramref name="canonical"/>, as 16 hexadecimal digits.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> canonical)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
