using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Turns YAML values into JSON constants by the core schema of YAML 1.2, numbers with all their digits.</summary>
internal static class JsonConstants
{
    private const int LongestNumber = 100;

    // Written as the author typed them: the text goes into Kafka records, not into HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>What to write instead, when <paramref name="scalar"/> cannot be a JSON constant; else null.</returns>
    public static string? Refusal(YamlScalar scalar) => scalar.Kind switch
    {
        ScalarKind.NotANumber => "a finite number, null, or quoted text",
        ScalarKind.Integer or ScalarKind.Float when scalar.Text.Length > LongestNumber => $"a number of at most {LongestNumber} characters, or quoted text",
        _ => null,
    };

    /// <summary>JSON text (UTF-8, no white space) of a value that the grammar check accepted; what it refused becomes null.</summary>
    public static ImmutableArray<byte> ToUtf8(YamlNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, node);
        return [.. buffer.WrittenSpan];
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node)
        {
            case YamlScalar scalar: WriteScalar(writer, scalar); break;
            case YamlList list:
                writer.WriteStartArray();
                foreach (var item in list.Items) Write(writer, item);
                writer.WriteEndArray();
                break;
            case YamlMap map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key.Text);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            default: writer.WriteNullValue(); break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalar scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Text: writer.WriteStringValue(scalar.Text); break;
            case ScalarKind.Flag: writer.WriteBooleanValue(CoreScalars.IsTrue(scalar.Text)); break;
            case ScalarKind.Integer or ScalarKind.Float when Refusal(scalar) is null: writer.WriteRawValue(CoreScalars.ToJsonNumber(scalar.Text)); break;
            default: writer.WriteNullValue(); break;
        }
    }
}
