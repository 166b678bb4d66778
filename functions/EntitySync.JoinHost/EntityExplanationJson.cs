using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>Writes what <c>?explain</c> answers: indented, documents and fields as the JSON they are.</summary>
internal static class EntityExplanationJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(string entity, string key, int partition, EntityExplanation explanation)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes, Indented);
        writer.WriteStartObject();
        writer.WriteString("entity", entity);
        writer.WriteString("key", key);
        writer.WriteNumber("partition", partition);
        writer.WriteString("state", explanation.State);
        writer.WriteString("reason", explanation.Reason);
        writer.WriteString("rootPosition", explanation.RootPosition);
        WriteDocument(writer, "output", explanation.Output);
        WriteDocument(writer, "root", explanation.Root);
        writer.WriteStartArray("rows");
        foreach (var row in explanation.Rows) WriteRow(writer, row);
        writer.WriteEndArray();
        writer.WriteStartArray("missingValues");
        foreach (var (relation, value) in explanation.MissingValues) WriteMissing(writer, relation, value);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return bytes.WrittenMemory;
    }

    private static void WriteRow(Utf8JsonWriter writer, ExplainedRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("relation", row.Relation);
        writer.WriteString("value", row.Value);
        writer.WriteString("key", row.Key);
        writer.WriteString("position", row.Position);
        writer.WriteNumber("version", row.Version);
        writer.WriteBoolean("isChosen", row.IsChosen);
        writer.WriteStartObject("fields");
        foreach (var (field, json) in row.Fields) WriteDocument(writer, field, json);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteMissing(Utf8JsonWriter writer, string relation, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("relation", relation);
        writer.WriteString("value", value);
        writer.WriteEndObject();
    }

    // Not checked again: the task has read it as JSON, and deeper documents than this writer allows are good ones too.
    private static void WriteDocument(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte>? json)
    {
        writer.WritePropertyName(name);
        if (json is { IsEmpty: false } document) writer.WriteRawValue(document.Span, skipInputValidation: true);
        else writer.WriteNullValue();
    }
}
