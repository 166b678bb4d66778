using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;

namespace EntitySync.Tests.DynamoDb;

/// <summary>Stands where the network would be below an AWS client: the client's own marshalling, retries and errors stay real.</summary>
internal sealed class HttpStub(Func<string, JsonNode, (HttpStatusCode Status, string Body)> answer) : HttpClientFactory
{
    private readonly Lock _lock = new();
    private readonly List<(string Operation, JsonNode Body)> _requests = [];

    /// <summary>Operations and bodies in the order they came.</summary>
    public IReadOnlyList<(string Operation, JsonNode Body)> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public static (HttpStatusCode Status, string Body) Ok(JsonNode body) => (HttpStatusCode.OK, body.ToJsonString());

    public static (HttpStatusCode Status, string Body) Error(string type, int status = 400) =>
        ((HttpStatusCode)status, new JsonObject { ["__type"] = "com.amazonaws.dynamodb.v20120810#" + type, ["message"] = "because" }.ToJsonString());

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this));

    private sealed class Handler(HttpStub stub) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            lock (stub._lock) stub._requests.Add((operation, body));
            var (status, text) = stub.Answer(operation, body);
            return new HttpResponseMessage(status) { Content = new StringContent(text, Encoding.UTF8, "application/x-amz-json-1.0"), RequestMessage = request };
        }
    }

    private (HttpStatusCode Status, string Body) Answer(string operation, JsonNode body) => answer(operation, body);
}
