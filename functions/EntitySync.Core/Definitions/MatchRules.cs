using System.Collections.Immutable;
using System.Text.Json;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Whether the <c>match</c> of a relation can ever equal its <c>key</c>, as far as the definition alone tells.</summary>
internal sealed class MatchRules(ProblemList problems)
{
    public void Check(YamlPlace place, RelationDefinition relation)
    {
        var keys = place["key"].OneOrMore.ToList();
        var matches = place["match"].OneOrMore.ToList();
        if (keys.Count > 0 && matches.Count > 0 && keys.Count != matches.Count)
            problems.Add(place["match"], "match and key differ in number", $"{matches.Count} in match, {keys.Count} in key", $"{keys.Count} in match");
        CheckOneArray(place["match"], relation.Match);
        RefuseArrays(place["key"], "a related row has one key");

        if (CheckColumns(place["match"], relation.Match, "match", place["key"], relation.Key, "key")) CheckWhere(place["where"], relation);
    }

    /// <summary>Reports columns of two keys that can never be equal.</summary>
    /// <returns>False when they could not be compared.</returns>
    public bool CheckColumns(YamlPlace matchPlace, KeyDefinition match, string matchName, YamlPlace keyPlace, KeyDefinition key, string keyName)
    {
        // A column that cannot be read is reported already, and would put the others out of step.
        var places = matchPlace.OneOrMore.ToList();
        if (keyPlace.OneOrMore.Count() != key.Columns.Length || places.Count != match.Columns.Length) return false;
        for (var i = 0; i < Math.Min(key.Columns.Length, places.Count); i++)
        {
            if (ColumnPattern.Of(key.Columns[i]).Difference(ColumnPattern.Of(match.Columns[i])) is not { } difference) continue;
            problems.Add(places[i], "match can never equal the key", $"{difference} ({Shown(match.Columns[i])} in {matchName}, {Shown(key.Columns[i])} in {keyName})", "the same fixed text and case on both sides");
        }

        return true;
    }

    /// <summary>A key of one document cannot go through an array.</summary>
    public void RefuseArrays(YamlPlace place, string why)
    {
        // Paths by themselves are refused by the grammar.
        foreach (var column in place.OneOrMore.Where(column => column["template"].Text is not null))
        {
            if (KeyColumn.TryParseTemplate(column["template"].Text!, LetterCase.AsIs) is { } parsed && parsed.Paths.FirstOrDefault(path => path.IsMany) is { } many)
                problems.Add(column["template"], why, YamlScalar.Quote(many.Text), "fields without []");
        }
    }

    // Its columns are combined element by element, which several arrays would leave open.
    private void CheckOneArray(YamlPlace match, KeyDefinition key)
    {
        var many = key.Paths.Where(path => path.IsMany).ToList();
        if (many.Find(path => ArrayOf(path) != ArrayOf(many[0])) is not { } other) return;
        problems.Add(match, "the columns of one match go through one array", $"{YamlScalar.Quote(many[0].Text)} and {YamlScalar.Quote(other.Text)}", $"paths through {YamlScalar.Quote(ArrayOf(many[0]))}, or without []");
    }

    private static string ArrayOf(FieldPath path) => path.Text[..(path.Text.LastIndexOf("[]", StringComparison.Ordinal) + 2)];

    private void CheckWhere(YamlPlace where, RelationDefinition relation)
    {
        foreach (var condition in relation.Where)
        {
            var place = where[condition.Field.Text];
            if (relation.Key.Paths.Contains(condition.Field) && condition.Values.All(IsNull))
            {
                problems.Add(place, "match can never equal the key", $"only rows without {YamlScalar.Quote(condition.Field.Text)}, a field of the key", "other values, or a key of other fields");
                continue;
            }

            for (var i = 0; i < relation.Key.Columns.Length; i++)
            {
                if (!condition.Field.Equals(relation.Key.Columns[i].Path) || !condition.Values.All(value => IsOther(value, relation.Match.Columns[i]))) continue;
                problems.Add(place, "match can never equal the key", $"only values that {Shown(relation.Match.Columns[i])} in match cannot give", "a value that match can give");
                break;
            }
        }
    }

    private static bool IsNull(ImmutableArray<byte> json) => json.AsSpan().SequenceEqual("null"u8);

    // Numbers are equal by value and have many texts, so nothing is said of them.
    private static bool IsOther(ImmutableArray<byte> json, KeyColumn match) =>
        IsNull(json) || (json[0] == (byte)'"' && !ColumnPattern.Of(match).Fits(JsonSerializer.Deserialize<string>(json.AsSpan())!));

    private static string Shown(KeyColumn column) => YamlScalar.Quote(column.ToString());
}
