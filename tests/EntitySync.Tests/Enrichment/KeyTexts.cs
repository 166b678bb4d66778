using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

/// <summary>Keys in tests: how they are written, and what both sides of a join make of a document.</summary>
internal static class KeyTexts
{
    /// <summary>Columns as a definition has them: a path, <c>lower:path</c>, <c>upper:path</c>, or a template with braces after either or <c>as:</c>.</summary>
    public static KeyDefinition Key(params ReadOnlySpan<string> columns)
    {
        var key = new List<KeyColumn>();
        foreach (var column in columns)
        {
            var (letterCase, text) = column.Split(':', 2) switch
            {
                ["lower", var rest] => (LetterCase.Lower, rest),
                ["upper", var rest] => (LetterCase.Upper, rest),
                ["as", var rest] => (LetterCase.AsIs, rest),
                _ => (LetterCase.AsIs, column),
            };
            key.Add(KeyColumn.TryParseTemplate(text.Contains('{') ? text : $"{{{text}}}", letterCase) ?? throw new ArgumentException($"'{column}' is not a column.", nameof(columns)));
        }

        return new KeyDefinition([.. key]);
    }

    /// <summary>A definition whose only relation matches <paramref name="match"/>; the root's own key is not looked at.</summary>
    public static EntityDefinition Matching(KeyDefinition match) => SampleDefinitions.Item() with
    {
        Root = new RootDefinition("items", KeyDefinition.None),
        Relations = [SampleDefinitions.Item().Relations[0] with { Strategy = Strategy.Broadcast, Match = match, Key = new KeyDefinition([.. match.Columns.Select((_, column) => KeyColumn.Of(SampleDefinitions.Path($"c{column}")))]) }],
    };

    /// <summary>The match keys of a root, in order, or why it is rejected.</summary>
    public static List<string> OfRoot(KeyDefinition match, string root, EnrichmentLimits? limits = null) => OfRoot(Enricher.CompileJoined(Matching(match), limits), new EnrichmentBuffer(), root);

    public static List<string> OfRoot(Enricher enricher, EnrichmentBuffer buffer, string root)
    {
        var bytes = Encoding.UTF8.GetBytes(root);
        var outcome = enricher.Scan("k"u8, bytes, buffer, out var scan);
        if (outcome.Kind == EnrichmentKind.Rejected) return [$"rejected: {outcome.Reason}"];
        var keys = new List<string>();
        for (var i = 0; i < scan.KeyCount; i++) keys.Add(Encoding.UTF8.GetString(buffer.KeyAt(scan, i, bytes, out _)));
        return keys;
    }

    /// <summary>The join value of a related row, "none", or why it cannot be used.</summary>
    public static string OfRow(KeyDefinition key, string row) => OfRow(new JoinColumn(key, 1024 * 1024), row);

    public static string OfRow(JoinColumn column, string row)
    {
        var value = column.Read(Encoding.UTF8.GetBytes(row));
        return value.Problem is { } problem ? $"bad: {problem}" : value.Exists ? Encoding.UTF8.GetString(value.Bytes) : "none";
    }

    public static string Json(string text) => JsonSerializer.Serialize(text);
}
