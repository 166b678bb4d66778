using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Validation;

/// <summary>The result for tools: <c>valid</c>, <c>entities</c>, <c>reconciliations</c>, <c>readModels</c>, <c>feeds</c>, <c>problems</c> (file, line, column, path, message), and <c>comparison</c> when there was one.</summary>
internal static class ValidationJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(DefinitionCheck check, Comparisons? comparisons, bool isValid)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", isValid);
            WriteNames(json, "entities", check.Definitions.Select(definition => definition.Entity));
            WriteNames(json, "reconciliations", check.Reconciliations.Select(definition => definition.Entity));
            WriteNames(json, "readModels", check.ReadModels.Select(definition => definition.ReadModel));
            WriteNames(json, "feeds", check.Feeds.Select(definition => definition.Feed));
            json.WriteStartArray("problems");
            foreach (var mistake in check.Mistakes) Write(json, mistake);
            json.WriteEndArray();
            if (comparisons is { } compared) Write(json, compared);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Mistake mistake)
    {
        json.WriteStartObject();
        json.WriteString("file", mistake.File);
        json.WriteNumber("line", mistake.Line);
        json.WriteNumber("column", mistake.Column);
        json.WriteString("path", mistake.Path);
        json.WriteString("message", mistake.Text);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string key, IEnumerable<string> names)
    {
        json.WriteStartArray(key);
        foreach (var name in names) json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Comparisons comparisons)
    {
        json.WriteStartArray("comparison");
        foreach (var comparison in comparisons.Entities) Write(json, "entity", comparison.Entity, ComparisonReport.Verdict(comparison), comparison.Changes, null);
        foreach (var comparison in comparisons.ReadModels) Write(json, "readModel", comparison.Name, ComparisonReport.ReadModelVerdict(comparison), comparison.Changes, ComparisonReport.RebuildInput(comparison));
        foreach (var comparison in comparisons.Feeds) Write(json, "feed", comparison.Name, ComparisonReport.FeedVerdict(comparison), comparison.Changes, null);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string kind, string name, string verdict, ImmutableArray<DefinitionChange> changes, string? rebuildInput)
    {
        json.WriteStartObject();
        json.WriteString(kind, name);
        json.WriteString("verdict", verdict);
        if (rebuildInput is not null) json.WriteString("rebuildInput", rebuildInput);
        json.WriteStartArray("changes");
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("severity", char.ToLowerInvariant($"{change.Severity}"[0]) + $"{change.Severity}"[1..]);
            json.WriteString("path", change.Path);
            json.WriteString("text", change.Text);
            json.WriteString("advice", change.Advice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
