using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Calls to DynamoDB for replays: beside sorting failures, tries again what met a transaction on the same item (slices add to one progress
/// item; the SDK itself does not retry that).
/// </summary>
internal sealed class ReplayCalls(string table, TimeProvider clock)
{
    private const int Attempts = 8;

    private readonly ResiliencePipeline _again = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<AmazonDynamoDBException>(MetAnother),
        MaxRetryAttempts = Attempts,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(25),
        MaxDelay = TimeSpan.FromSeconds(2),
    }).Build();

    /// <param name="operation">What is done, for messages.</param>
    /// <param name="call">Does it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConflictException">A condition did not hold.</exception>
    /// <exception cref="TransientException">Unreachable, throttled, or too many writers.</exception>
    /// <exception cref="InvalidRequestException">No such table, no permission, refused input.</exception>
    public Task<T> RunAsync<T>(string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        DynamoDbErrors.CallAsync(operation, table, async () => await TryAgainAsync(operation, call, cancellationToken), cancellationToken);

    private async Task<T> TryAgainAsync<T>(string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _again.ExecuteAsync(async token => await call(token), cancellationToken);
        }
        catch (AmazonDynamoDBException exception) when (MetAnother(exception))
        {
            // To the caller a conflict means that the slice was taken over; this is only a crowd.
            throw new TransientException($"DynamoDB {operation} on table '{table}': too many writers of one replay.", exception);
        }
    }

    private static bool MetAnother(AmazonDynamoDBException exception)
    {
        if (exception is not TransactionCanceledException cancelled) return exception is TransactionConflictException;
        var reasons = (cancelled.CancellationReasons ?? []).Select(reason => reason.Code).ToList();
        return !reasons.Contains("ConditionalCheckFailed") && reasons.Any(reason => reason is "TransactionConflict" or "ThrottlingError" or "ProvisionedThroughputExceeded");
    }
}
