using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson.Converters;

namespace Amazon.Lambda.Serialization.SystemTextJson
{
    public abstract class AbstractLambdaJsonSerializer
    {
        protected AbstractLambdaJsonSerializer(Action<JsonWriterOptions> jsonWriterCustomizer)
        {
            var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            jsonWriterCustomizer?.Invoke(options);
            WriterOptions = options;
        }

        protected JsonWriterOptions WriterOptions { get; }

        public void Serialize<T>(T response, Stream responseStream)
        {
            try
            {
                using var writer = new Utf8JsonWriter(responseStream, WriterOptions);
                InternalSerialize(writer, response);
            }
            catch (Exception exception)
            {
                throw new JsonSerializerException($"Error converting the response object of type {typeof(T).FullName} from the Lambda function to JSON: {exception.Message}", exception);
            }
        }

        public T Deserialize<T>(Stream requestStream)
        {
            try
            {
                using var copy = new MemoryStream();
                requestStream.CopyTo(copy);
                return InternalDeserialize<T>(copy.ToArray());
            }
            catch (Exception exception)
            {
                throw new JsonSerializerException($"Error converting the Lambda event JSON payload to type {typeof(T).FullName}: {exception.Message}", exception);
            }
        }

        protected virtual JsonSerializerOptions CreateDefaultJsonSerializationOptions() => new JsonSerializerOptions
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            PropertyNameCaseInsensitive = true,
            PropertyNamingPolicy = new AwsNamingPolicy(),
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new DateTimeConverter(), new MemoryStreamConverter(), new ConstantClassConverter(), new ByteArrayConverter() },
        };

        protected abstract void InternalSerialize<T>(Utf8JsonWriter writer, T response);

        protected abstract T InternalDeserialize<T>(byte[] utf8Json);
    }

    [RequiresUnreferencedCode("Reflection-based JSON; use SourceGeneratorLambdaJsonSerializer when trimming.")]
    public class DefaultLambdaJsonSerializer : AbstractLambdaJsonSerializer, ILambdaSerializer
    {
        public DefaultLambdaJsonSerializer() : this(null, null)
        {
        }

        public DefaultLambdaJsonSerializer(Action<JsonSerializerOptions> customizer) : this(customizer, null)
        {
        }

        public DefaultLambdaJsonSerializer(Action<JsonSerializerOptions> customizer, Action<JsonWriterOptions> jsonWriterCustomizer) : base(jsonWriterCustomizer)
        {
            SerializerOptions = CreateDefaultJsonSerializationOptions();
            customizer?.Invoke(SerializerOptions);
        }

        protected JsonSerializerOptions SerializerOptions { get; }

        protected override void InternalSerialize<T>(Utf8JsonWriter writer, T response) => JsonSerializer.Serialize(writer, response, SerializerOptions);

        protected override T InternalDeserialize<T>(byte[] utf8Json) => JsonSerializer.Deserialize<T>(utf8Json, SerializerOptions);
    }

    [RequiresUnreferencedCode("Reflection-based JSON; use SourceGeneratorLambdaJsonSerializer when trimming.")]
    public class CamelCaseLambdaJsonSerializer : DefaultLambdaJsonSerializer
    {
        public CamelCaseLambdaJsonSerializer() : base(options => options.PropertyNamingPolicy = new AwsNamingPolicy(JsonNamingPolicy.CamelCase))
        {
        }
    }

    public class SourceGeneratorLambdaJsonSerializer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSGContext> : AbstractLambdaJsonSerializer, ILambdaSerializer
        where TSGContext : JsonSerializerContext
    {
        private readonly TSGContext _context;

        public SourceGeneratorLambdaJsonSerializer() : this(null, null)
        {
        }

        public SourceGeneratorLambdaJsonSerializer(Action<JsonSerializerOptions> customizer) : this(customizer, null)
        {
        }

        public SourceGeneratorLambdaJsonSerializer(Action<JsonWriterOptions> jsonWriterCustomizer) : this(null, jsonWriterCustomizer)
        {
        }

        public SourceGeneratorLambdaJsonSerializer(Action<JsonSerializerOptions> customizer, Action<JsonWriterOptions> jsonWriterCustomizer) : base(jsonWriterCustomizer)
        {
            var options = CreateDefaultJsonSerializationOptions();
            customizer?.Invoke(options);
            _context = (TSGContext)Activator.CreateInstance(typeof(TSGContext), options);
        }

        [Obsolete("Use a constructor that builds the context with this library's default options.")]
        public SourceGeneratorLambdaJsonSerializer(TSGContext jsonSerializerContext, Action<JsonSerializerOptions> customizer = null, Action<JsonWriterOptions> jsonWriterCustomizer = null)
            : base(jsonWriterCustomizer)
        {
            customizer?.Invoke(jsonSerializerContext.Options);
            _context = jsonSerializerContext;
        }

        protected override void InternalSerialize<T>(Utf8JsonWriter writer, T response) => JsonSerializer.Serialize(writer, response, TypeInfo<T>());

        protected override T InternalDeserialize<T>(byte[] utf8Json) => JsonSerializer.Deserialize(utf8Json, TypeInfo<T>());

        private System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> TypeInfo<T>() =>
            _context.GetTypeInfo(typeof(T)) as System.Text.Json.Serialization.Metadata.JsonTypeInfo<T>
            ?? throw new JsonSerializerException($"No JsonTypeInfo registered in {_context.GetType().FullName} for type {typeof(T).FullName}.");
    }
}
