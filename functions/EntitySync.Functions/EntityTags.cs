using System.Collections.Immutable;
using System.Globalization;
using EntitySync.Core.ReferenceTables;

namespace EntitySync.Functions;

/// <summary>Entity tags of rows: the version in quotes.</summary>
internal static class EntityTags
{
    public static string Of(long version) => $"\"{version}\"";

    /// <summary>
    /// Parses If-Match or If-None-Match: <c>*</c> or a list of tags. A tag that is none of ours matches no version; so do weak ones in If-Match
    /// (RFC 9110 compares strongly there), while If-None-Match takes them.
    /// </summary>
    /// <returns>Null when the header is absent; otherwise whether it is well formed, and its versions.</returns>
    public static (bool IsValid, VersionSet Versions)? Parse(string? header, bool weakCounts)
    {
        if (header is null) return null;
        if (header.Trim() == "*") return (true, VersionSet.All);
        var versions = ImmutableArray.CreateBuilder<long>();
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var weak = part.StartsWith("W/", StringComparison.Ordinal);
            var tag = weak ? part[2..] : part;
            if (tag.Length < 2 || tag[0] != '"' || tag[^1] != '"') return (false, new VersionSet(false, []));
            if ((!weak || weakCounts) && long.TryParse(tag[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version)) versions.Add(version);
        }

        return (true, new VersionSet(false, versions.ToImmutable()));
    }
}
