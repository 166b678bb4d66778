using System;
using System.Collections.Generic;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.DynamoDBEvents.Converters;

namespace Amazon.Lambda.DynamoDBEvents
{
    public class DynamoDBTimeWindowEvent : DynamoDBEvent
    {
        public TimeWindow Window { get; set; }

        [JsonConverter(typeof(DictionaryLongToStringJsonConverter))]
        public Dictionary<string, string> State { get; set; }

        public string ShardId { get; set; }
        public string EventSourceArn { get; set; }
        public bool? IsFinalInvokeForWindow { get; set; }
        public bool? IsWindowTerminatedEarly { get; set; }

        public class TimeWindow
        {
            public DateTime Start { get; set; }
            public DateTime End { get; set; }
        }
    }

    [DataContract]
    public class DynamoDBTimeWindowResponse
    {
        [DataMember(Name = "state")]
        [JsonPropertyName("state")]
        [JsonConverter(typeof(DictionaryLongToStringJsonConverter))]
        public Dictionary<string, string> State { get; set; }

        [DataMember(Name = "batchItemFailures")]
        [JsonPropertyName("batchItemFailures")]
        public IList<BatchItemFailure> BatchItemFailures { get; set; }

        [DataContract]
        public class BatchItemFailure
        {
            [DataMember(Name = "itemIdentifier")]
            [JsonPropertyName("itemIdentifier")]
            public string ItemIdentifier { get; set; }
        }
    }
}

namespace Amazon.Lambda.DynamoDBEvents.Converters
{
    // The state of a window may hold numbers, written by functions in other languages; here they are text.
    public class DictionaryLongToStringJsonConverter : JsonConverter<Dictionary<string, string>>
    {
        public override Dictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An object is expected.");
            var state = new Dictionary<string, string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString();
                reader.Read();
                state[name] = reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString(),
                    JsonTokenType.Number => reader.GetInt64().ToString(),
                    JsonTokenType.Null => null,
                    _ => throw new JsonException($"Text or a whole number is expected for '{name}'."),
                };
            }

            return state;
        }

        public override void Write(Utf8JsonWriter writer, Dictionary<string, string> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, text) in value) writer.WriteString(name, text);
            writer.WriteEndObject();
        }
    }
}
