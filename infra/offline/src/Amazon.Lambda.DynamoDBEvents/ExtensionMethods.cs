using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;

namespace Amazon.Lambda.DynamoDBEvents
{
    public static class ExtensionMethods
    {
        public static string ToJson(this Dictionary<string, DynamoDBEvent.AttributeValue> item) => Write(item, indented: false);

        public static string ToJsonPretty(this Dictionary<string, DynamoDBEvent.AttributeValue> item) => Write(item, indented: true);

        private static string Write(Dictionary<string, DynamoDBEvent.AttributeValue> item, bool indented)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented }))
            {
                WriteMap(writer, item ?? new Dictionary<string, DynamoDBEvent.AttributeValue>());
            }

            return Encoding.UTF8.GetString(stream.ToArray());
        }

        private static void WriteMap(Utf8JsonWriter writer, Dictionary<string, DynamoDBEvent.AttributeValue> map)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in map)
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value);
            }

            writer.WriteEndObject();
        }

        private static void WriteValue(Utf8JsonWriter writer, DynamoDBEvent.AttributeValue value)
        {
            if (value.S != null) writer.WriteStringValue(value.S);
            else if (value.N != null) writer.WriteRawValue(value.N);
            else if (value.B != null) writer.WriteBase64StringValue(value.B.ToArray());
            else if (value.BOOL != null) writer.WriteBooleanValue(value.BOOL.Value);
            else if (value.M != null) WriteMap(writer, value.M);
            else if (value.L != null) WriteList(writer, value.L, WriteValue);
            else if (value.SS != null) WriteList(writer, value.SS, (w, text) => w.WriteStringValue(text));
            else if (value.NS != null) WriteList(writer, value.NS, (w, number) => w.WriteRawValue(number));
            else if (value.BS != null) WriteList(writer, value.BS, (w, bytes) => w.WriteBase64StringValue(bytes.ToArray()));
            else writer.WriteNullValue();
        }

        private static void WriteList<T>(Utf8JsonWriter writer, List<T> list, System.Action<Utf8JsonWriter, T> write)
        {
            writer.WriteStartArray();
            foreach (var element in list) write(writer, element);
            writer.WriteEndArray();
        }
    }
}
