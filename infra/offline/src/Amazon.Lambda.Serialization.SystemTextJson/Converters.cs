using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amazon.Lambda.Serialization.SystemTextJson
{
    public class AwsNamingPolicy : JsonNamingPolicy
    {
        private readonly JsonNamingPolicy _fallback;

        public AwsNamingPolicy()
        {
        }

        public AwsNamingPolicy(JsonNamingPolicy fallbackNamingPolicy) => _fallback = fallbackNamingPolicy;

        // Two S3 header names do not follow from their property names; all others keep the .NET casing unless a fallback is given.
        public override string ConvertName(string name) => name switch
        {
            "XAmzId2" => "x-amz-id-2",
            "XAmzRequestId" => "x-amz-request-id",
            _ => _fallback?.ConvertName(name) ?? name,
        };
    }

    public class JsonSerializerException : Exception
    {
        public JsonSerializerException(string message) : base(message)
        {
        }

        public JsonSerializerException(string message, Exception innerException) : base(message, innerException)
        {
        }
    }
}

namespace Amazon.Lambda.Serialization.SystemTextJson.Converters
{
    public class DateTimeConverter : JsonConverter<DateTime>
    {
        // Numbers are seconds since 1970; values that would lie beyond the year 5000 are milliseconds.
        private const double LatestSeconds = 95617584000;

        public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String) return reader.GetDateTime();
            var value = reader.GetDouble();
            return value > LatestSeconds ? DateTime.UnixEpoch.AddMilliseconds(value) : DateTime.UnixEpoch.AddSeconds(value);
        }

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    public class MemoryStreamConverter : JsonConverter<MemoryStream>
    {
        public override MemoryStream Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new MemoryStream(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, MemoryStream value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.ToArray());
    }

    // The SDK's enumerations, recognised by name so that this package needs no SDK.
    public class ConstantClassConverter : JsonConverter<object>
    {
        private static readonly HashSet<string> Names = new HashSet<string>
        {
            "Amazon.S3.EventType",
            "Amazon.DynamoDBv2.OperationType",
            "Amazon.DynamoDBv2.StreamViewType",
        };

        public override bool CanConvert(Type typeToConvert) => Names.Contains(typeToConvert.FullName);

        public override object Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Activator.CreateInstance(typeToConvert, reader.GetString());

        public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    public class ByteArrayConverter : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String) return reader.GetBytesFromBase64();
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("Base64 text or an array of numbers is expected.");
            var bytes = new List<byte>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) bytes.Add(reader.GetByte());
            return bytes.ToArray();
        }

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var item in value) writer.WriteNumberValue(item);
            writer.WriteEndArray();
        }
    }
}
