using System.Globalization;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;

namespace EntitySync.Local.Try;

/// <summary>Says how the match values of a relation have found rows, and what to look at when they have not.</summary>
internal static class MatchWords
{
    private const int LongestShown = 80;

    public static string Of(RelationMatches matches, RelationDefinition relation)
    {
        if (matches.Values == 0) return $"{matches.Relation}: no match values, since no record has a value in {relation.Match}; {Keys(matches, relation)}";
        var found = $"{matches.Relation}: {matches.Found:N0} of {matches.Values:N0} match values found a row";
        var leftOut = matches.LeftOut == 0 ? "" : $"; {matches.LeftOut:N0} only rows that {LeaverOut(relation)} leaves out";
        if (matches.MissingValue is not { } value) return found + leftOut;
        if (matches.Keys == 0) return $"{found}: {relation.From} has no rows with a value in {relation.Key}";
        if (Difference(value, matches.NearKey!) is { } difference) return $"{found}{leftOut}; {Quote(value)} is a match value and {Quote(matches.NearKey!)} a key: {difference}";
        return matches.Found + matches.LeftOut > 0
            ? $"{found}{leftOut}; none for {Quote(value)}"
            : $"{found}: {Quote(value)} is a match value, {Quote(matches.NearKey!)} a key. Do {relation.Match} and {relation.Key} mean the same?";
    }

    /// <summary>By the path that matches have it under: <c>stars.repo</c>.</summary>
    public static IReadOnlyDictionary<string, RelationDefinition> Relations(EntityDefinition definition)
    {
        var all = new Dictionary<string, RelationDefinition>(StringComparer.Ordinal);
        Add(definition.Relations, "");
        return all;

        void Add(IEnumerable<RelationDefinition> relations, string path)
        {
            foreach (var relation in relations)
            {
                all.Add(path + relation.Name, relation);
                Add(relation.Relations, $"{path}{relation.Name}.");
            }
        }
    }

    private static string Keys(RelationMatches matches, RelationDefinition relation) =>
        matches.Keys == 0 ? $"nor has {relation.From} rows with a value in {relation.Key}" : $"{relation.From} has rows for {matches.Keys:N0} keys";

    private static string LeaverOut(RelationDefinition relation) => relation switch
    {
        { Where.IsEmpty: false, Pick: not null } => "where or pick",
        { Pick: not null } => "pick",
        _ => "where",
    };

    // Null when they have little in common.
    private static string? Difference(string value, string key)
    {
        if (string.Equals(value, key, StringComparison.OrdinalIgnoreCase)) return "they differ in the case of letters, which a computed column with case: lower makes equal";
        if (string.Equals(value.Trim(), key.Trim(), StringComparison.OrdinalIgnoreCase)) return "they differ in white space at the ends";
        return Number(value) is { } one && one == Number(key) ? "they are one number written in two ways, and texts are compared" : null;
    }

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Quote(string text) => text.Length <= LongestShown ? $"'{text}'" : $"'{text[..LongestShown]}…'";
}
