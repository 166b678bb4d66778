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
using Amazon.StepFunctions.Model;
using Amazon.Util.Internal;

namespace Amazon.StepFunctions
{
    public abstract class AmazonStepFunctionsRequest : AmazonWebServiceRequest
    {
        internal abstract string Operation { get; }

        internal abstract void Write(Utf8JsonWriter writer);
    }

    public class AmazonStepFunctionsConfig : ClientConfig
    {
        public AmazonStepFunctionsConfig() : base(new DefaultConfigurationProvider(Internal.StandardDefaults.All))
        {
            AuthenticationServiceName = "states";
            EndpointProvider = new Internal.StepFunctionsEndpointProvider();
        }

        public override string RegionEndpointServiceName => "states";

        public override string ServiceVersion => "2016-11-23";

        public override string UserAgent => "entitysync-stand-in-states/4.0";

        public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
            EndpointProvider.ResolveEndpoint(new Internal.StepFunctionsEndpointParameters(this));
    }
}

namespace Amazon.StepFunctions.Internal
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

    internal sealed class StepFunctionsMetadata : IServiceMetadata
    {
        public string ServiceId => "SFN";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    internal static class Json
    {
        public static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        public static int? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

        // AWS JSON 1.0 timestamps: seconds since 1970, with a fraction.
        public static DateTime? Date(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? DateTime.UnixEpoch.AddSeconds(value.GetDouble()) : null;

        public static CloudWatchEventsExecutionDataDetails Details(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
                ? new CloudWatchEventsExecutionDataDetails { Included = value.TryGetProperty("included", out var included) ? included.ValueKind == JsonValueKind.True : null }
                : null;

        public static List<T> List<T>(JsonElement json, string name, Func<JsonElement, T> read)
        {
            if (!json.TryGetProperty(name, out var array) || array.ValueKind != JsonValueKind.Array) return null;
            var list = new List<T>();
            foreach (var element in array.EnumerateArray()) list.Add(read(element));
            return list;
        }
    }

    internal sealed class StepFunctionsEndpointParameters : EndpointParameters
    {
        public StepFunctionsEndpointParameters(IClientConfig config)
        {
            ServiceUrl = config.ServiceURL;
            Region = string.IsNullOrEmpty(ServiceUrl) ? config.RegionEndpoint : null;
        }

        public string ServiceUrl { get; }

        public RegionEndpoint Region { get; }
    }

    internal sealed class StepFunctionsEndpointProvider : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters parameters)
        {
            var known = (StepFunctionsEndpointParameters)parameters;
            if (!string.IsNullOrEmpty(known.ServiceUrl)) return new Endpoint(known.ServiceUrl);
            var region = known.Region ?? throw new AmazonClientException("No RegionEndpoint or ServiceURL configured");
            return new Endpoint($"https://states.{region.SystemName}.{region.PartitionDnsSuffix}");
        }
    }

    internal sealed class StepFunctionsEndpointResolver : BaseEndpointResolver
    {
        protected override void ServiceSpecificHandler(IExecutionContext executionContext, EndpointParameters parameters) => InjectHostPrefix(executionContext.RequestContext);

        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => new StepFunctionsEndpointParameters(requestContext.ClientConfig);
    }

    internal sealed class StepFunctionsAuthHandler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }

    internal sealed class RequestMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public static readonly RequestMarshaller Instance = new RequestMarshaller();

        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var source = (AmazonStepFunctionsRequest)input;
            using var body = new MemoryStream();
            using (var writer = new Utf8JsonWriter(body))
            {
                writer.WriteStartObject();
                source.Write(writer);
                writer.WriteEndObject();
            }

            var request = new DefaultRequest(input, "Amazon.StepFunctions")
            {
                HttpMethod = "POST",
                ResourcePath = "/",
                Content = body.ToArray(),
            };
            request.Headers["X-Amz-Target"] = "AWSStepFunctions." + source.Operation;
            request.Headers["Content-Type"] = "application/x-amz-json-1.0";
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
                : new AmazonStepFunctionsException(message, innerException, type, code, requestId, statusCode);
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
