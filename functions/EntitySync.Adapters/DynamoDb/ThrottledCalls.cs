using Amazon.DynamoDBv2;
using EntitySync.Core.Errors;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Calls that go on being tried while a table throttles: a new one takes only so much until DynamoDB has divided it, and a batch writes many rows at a time. The client's own
/// retries share one budget, which such a crowd uses up at once.
/// </summary>
internal sealed class ThrottledCalls(TimeProvider clock)
{
    private static readonly HashSet<string> Codes = new(StringComparer.Ordinal) { "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded" };

    private readonly ResiliencePipeline _again = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<AmazonDynamoDBException>(exception => Codes.Contains(exception.ErrorCode ?? "")),
        MaxRetryAttempts = 8,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(50),
        MaxDelay = TimeSpan.FromSeconds(2),
    }).Build();

    /// <summary>As <see cref="DynamoDbErrors.CallAsync"/>; throttled to the end it is a <see cref="TransientException"/>.</summary>
    public Task<T> RunAsync<T>(string operation, string table, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        DynamoDbErrors.CallAsync(operation, table, async () => await _again.ExecuteAsync(async token => await call(token), cancellationToken), cancellationToken);
}
