using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Validation;

/// <summary>The result for tools: <c>valid</c>, <c>entities</c>, <c>reconciliations</c>, <c>problems</c> (file, line, column, path, message), and <c>comparison</c> when there was one.</summary>
internal static class ValidationJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(DefinitionCheck check, ImmutableArray<EntityComparison>? comparisons, bool isValid)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", isValid);
            json.WriteStartArray("entities");
            foreach (var definition in check.Definitions) json.WriteStringValue(definition.Entity);
            json.WriteEndArray();
            json.WriteStartArray("reconciliations");
            foreach (var definition in check.Reconciliations) json.WriteStringValue(definition.Entity);
            json.WriteEndArray();
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

    private static void Write(Utf8JsonWriter json, ImmutableArray<EntityComparison> comparisons)
    {
        json.WriteStartArray("comparison");
        foreach (var comparison in comparisons)
        {
            json.WriteStartObject();
            json.WriteString("entity", comparison.Entity);
            json.WriteString("verdict", ComparisonReport.Verdict(comparison));
            json.WriteStartArray("changes");
            foreach (var change in comparison.Changes)
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

        json.WriteEndArray();
    }
}
