using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using Amazon.SecretsManager.Model;
using Amazon.Util.Internal;

namespace Amazon.SecretsManager
{
    public abstract class AmazonSecretsManagerRequest : AmazonWebServiceRequest
    {
        internal abstract string Operation { get; }

        internal abstract void Write(Utf8JsonWriter writer);
    }

    public class AmazonSecretsManagerConfig : ClientConfig
    {
        public AmazonSecretsManagerConfig() : base(new DefaultConfigurationProvider(Internal.StandardDefaults.All))
        {
            AuthenticationServiceName = "secretsmanager";
            EndpointProvider = new Internal.SecretsManagerEndpointProvider();
        }

        public override string RegionEndpointServiceName => "secretsmanager";

        public override string ServiceVersion => "2017-10-17";

        public override string UserAgent => "entitysync-stand-in-secretsmanager/4.0";

        public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
            EndpointProvider.ResolveEndpoint(new Internal.SecretsManagerEndpointParameters(this));
    }
}

namespace Amazon.SecretsManager.Internal
{
    internal interface IReadsJson
    {
        void Read(JsonElement json);
    }

    internal static class StandardDefaults
    {
        public static readonly DefaultConfiguration[] All =
        {
            new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard },
        };
    }

    internal sealed class SecretsManagerMetadata : IServiceMetadata
    {
        public string ServiceId => "Secrets Manager";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    internal static class Json
    {
        public static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        // AWS JSON 1.1 timestamps: seconds since 1970, with a fraction.
        public static DateTime? Date(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? DateTime.UnixEpoch.AddSeconds(value.GetDouble()) : null;

        public static List<T> List<T>(JsonElement json, string name, Func<JsonElement, T> read)
        {
            if (!json.TryGetProperty(name, out var array) || array.ValueKind != JsonValueKind.Array) return null;
            var list = new List<T>();
            foreach (var element in array.EnumerateArray()) list.Add(read(element));
            return list;
        }
    }

    internal sealed class SecretsManagerEndpointParameters : EndpointParameters
    {
        public SecretsManagerEndpointParameters(IClientConfig config)
        {
            ServiceUrl = config.ServiceURL;
            Region = string.IsNullOrEmpty(ServiceUrl) ? config.RegionEndpoint : null;
        }

        public string ServiceUrl { get; }

        public RegionEndpoint Region { get; }
    }

    internal sealed class SecretsManagerEndpointProvider : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters parameters)
        {
            var known = (SecretsManagerEndpointParameters)parameters;
            if (!string.IsNullOrEmpty(known.ServiceUrl)) return new Endpoint(known.ServiceUrl);
            var region = known.Region ?? throw new AmazonClientException("No RegionEndpoint or ServiceURL configured");
            return new Endpoint($"https://secretsmanager.{region.SystemName}.{region.PartitionDnsSuffix}");
        }
    }

    internal sealed class SecretsManagerEndpointResolver : BaseEndpointResolver
    {
        protected override void ServiceSpecificHandler(IExecutionContext executionContext, EndpointParameters parameters) => InjectHostPrefix(executionContext.RequestContext);

        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new SecretsManagerEndpointParameters(requestContext.ClientConfig);
    }

    internal sealed class SecretsManagerAuthHandler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }

    internal sealed class RequestMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public static readonly RequestMarshaller Instance = new RequestMarshaller();

        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var source = (AmazonSecretsManagerRequest)input;
            using var body = new MemoryStream();
            using (var writer = new Utf8JsonWriter(body))
            {
                writer.WriteStartObject();
                source.Write(writer);
                writer.WriteEndObject();
            }

            var request = new DefaultRequest(input, "Amazon.SecretsManager")
            {
                HttpMethod = "POST",
                ResourcePath = "/",
                Content = body.ToArray(),
            };
            request.Headers["X-Amz-Target"] = "secretsmanager." + source.Operation;
            request.Headers["Content-Type"] = "application/x-amz-json-1.1";
            return request;
        }
    }

    internal sealed class JsonUnmarshaller<TResponse> : JsonResponseUnmarshaller
        where TResponse : AmazonWebServiceResponse, IReadsJson, new()
    {
        public static readonly JsonUnmarshaller<TResponse> Instance = new JsonUnmarshaller<TResponse>();

        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext context)
        {
            using var document = JsonDocument.Parse(context.Stream);
            var response = new TResponse();
            ((IReadsJson)response).Read(document.RootElement);
            return response;
        }

        public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
        {
            var (code, message) = ReadError(context.Stream);
            var requestId = context.ResponseData?.IsHeaderPresent("x-amzn-RequestId") == true ? context.ResponseData.GetHeaderValue("x-amzn-RequestId") : null;
            var type = (int)statusCode >= 500 ? ErrorType.Receiver : ErrorType.Sender;
            return KnownErrors.ByCode.TryGetValue(code, out var make)
                ? make(message, type, code, requestId, statusCode)
                : new AmazonSecretsManagerException(message, innerException, type, code, requestId, statusCode);
        }

        private static (string Code, string Message) ReadError(Stream stream)
        {
            try
            {
                using var document = JsonDocument.Parse(stream);
                var type = Json.Text(document.RootElement, "__type") ?? "UnknownError";
                var code = type.Substring(type.LastIndexOf('#') + 1);
                return (code, Json.Text(document.RootElement, "message") ?? Json.Text(document.RootElement, "Message") ?? code);
            }
            catch (JsonException)
            {
                return ("UnknownError", "The service answered with an error that is not JSON.");
            }
        }
    }
}
