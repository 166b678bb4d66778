using System.Net;
using EntitySync.Core.Errors;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.CloudFormation;

/// <summary>Sends answers to the presigned addresses of requests. The address is a credential: it appears in no message.</summary>
/// <param name="client">Follows no redirects and logs nothing; bounds nothing itself.</param>
/// <param name="clock">Measures attempts and pauses.</param>
public sealed class ResourceAnswers(HttpClient client, TimeProvider clock)
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline _again = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<TransientException>(),
        MaxRetryAttempts = 4,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(200),
        MaxDelay = TimeSpan.FromSeconds(2),
    }).Build();

    /// <summary>One for a process.</summary>
    public static ResourceAnswers Create() =>
        new(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = Timeout.InfiniteTimeSpan }, TimeProvider.System);

    /// <exception cref="TransientException">S3 cannot be reached or is busy; the message says how a function in a VPC reaches it.</exception>
    /// <exception cref="InvalidRequestException">S3 refuses the answer, e.g. because the address is too old.</exception>
    public async Task SendAsync(ResourceRequest request, byte[] body, CancellationToken cancellationToken) =>
        await _again.ExecuteAsync(async token => await PutAsync(request.ResponseAddress, body, token), cancellationToken);

    private async Task PutAsync(Uri address, byte[] body, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // Without a content type: it is part of what older presigned addresses sign.
            using var message = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent(body) };
            using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (response.IsSuccessStatusCode) return;
            throw Sort(response.StatusCode);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable("no answer in time", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Unreachable(exception.Message, exception);
        }
    }

    private static EntitySyncException Sort(HttpStatusCode status)
    {
        var text = $"CloudFormation's address for answers says {(int)status}";
        return (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests ? new TransientException(text) : new InvalidRequestException(text + "; is it too old?");
    }

    private static TransientException Unreachable(string why, Exception exception) =>
        new($"CloudFormation's address for answers cannot be reached ({why}). It is in S3: a function in a VPC needs a gateway endpoint for S3, or NAT.", exception);
}
