using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using EntitySync.Core.Errors;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.Msk;

/// <summary>
/// Asks Amazon MSK for the brokers of a cluster (GetBootstrapBrokers). Calls are tried again for about half a minute; a refused permission too, because one that a deployment has just
/// given takes a while to count.
/// </summary>
/// <param name="client">Bounds nothing itself.</param>
/// <param name="credentials">Those of the process.</param>
/// <param name="clock">Dates signatures, measures attempts and pauses.</param>
public sealed class MskBrokers(HttpClient client, Func<AWSCredentials> credentials, TimeProvider clock)
{
    private const int MaximumAnswerBytes = 64 * 1024;
    private const int Shown = 200;
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline _again = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<TransientException>().Handle<RefusedCallException>(),
        MaxRetryAttempts = 7,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(500),
        MaxDelay = TimeSpan.FromSeconds(8),
    }).Build();

    /// <returns>Comma-separated <c>host:port</c> for clients that prove themselves with IAM.</returns>
    /// <exception cref="InvalidRequestException">The ARN is none of a cluster, there is no such cluster, it is not active, it has no IAM, or the role may not ask.</exception>
    /// <exception cref="TransientException">MSK cannot be reached or is busy.</exception>
    public async Task<string> FindAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var call = BrokersCall.Of(clusterArn);
        try
        {
            return await _again.ExecuteAsync(async token => await AskAsync(call, token), cancellationToken);
        }
        catch (RefusedCallException refused)
        {
            throw new InvalidRequestException($"{refused.Message}. The role of FindBrokers needs kafka:GetBootstrapBrokers on this cluster.", refused);
        }
    }

    private async Task<string> AskAsync(BrokersCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = call.Sign(await credentials().GetCredentialsAsync(), clock.GetUtcNow());
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var body = await ReadAsync(response.Content, both.Token);
            return response.IsSuccessStatusCode ? Brokers(body, call) : throw Sort(response, body, call);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TransientException($"{call}: no answer within {AttemptTimeout.TotalSeconds:0} s", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or AmazonClientException)
        {
            throw new TransientException($"{call}: {exception.Message}", exception);
        }
    }

    // Cut off where it is longer than anything that MSK says; then it is no JSON and reported as such.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaximumAnswerBytes];
        return buffer.AsMemory(0, await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken));
    }

    private static string Brokers(ReadOnlyMemory<byte> body, BrokersCall call)
    {
        var brokers = Text(body, "bootstrapBrokerStringSaslIam");
        if (!string.IsNullOrEmpty(brokers)) return brokers;
        throw new InvalidRequestException($"{call}: the cluster names no brokers for IAM. Is IAM access control on?");
    }

    private static Exception Sort(HttpResponseMessage response, ReadOnlyMemory<byte> body, BrokersCall call)
    {
        var kind = response.Headers.TryGetValues("x-amzn-errortype", out var kinds) ? kinds.First().Split(':')[0] + ": " : "";
        var text = $"{call}: {(int)response.StatusCode} {kind}{Text(body, "message") ?? Beginning(body)}";
        if ((int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout) return new TransientException(text);
        return response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized ? new RefusedCallException(text) : new InvalidRequestException(text);
    }

    private static string? Text(ReadOnlyMemory<byte> body, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Beginning(ReadOnlyMemory<byte> body) => System.Text.Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, Shown)]);

    /// <summary>MSK knows the caller and does not let it.</summary>
    private sealed class RefusedCallException(string message) : Exception(message);
}
