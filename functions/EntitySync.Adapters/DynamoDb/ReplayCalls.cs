using System.Net;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using EntitySync.Core.Errors;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Calls to DynamoDB for replays: sorts every failure into the product's own exceptions, and tries a transaction again that met another one on
/// the same item (slices add to one progress item; the SDK itself does not retry that).
/// </summary>
internal sealed class ReplayCalls(string table, TimeProvider clock)
{
    private const int Attempts = 8;

    private static readonly HashSet<string> Throttled = new(StringComparer.Ordinal)
    {
        "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "LimitExceededException", "TransactionInProgressException", "InternalServerError",
    };

    private readonly ResiliencePipeline _again = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<TransactionCanceledException>(MetAnother),
        MaxRetryAttempts = Attempts,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(25),
        MaxDelay = TimeSpan.FromSeconds(2),
    }).Build();

    /// <exception cref="ConflictException">A condition did not hold.</exception>
    /// <exception cref="TransientException">Unreachable, throttled or broken.</exception>
    /// <exception cref="InvalidRequestException">No such table, no permission, refused input.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _again.ExecuteAsync(async token => await call(token), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (Sort(exception) is { } sorted)
        {
            throw sorted;
        }
    }

    private static bool MetAnother(TransactionCanceledException exception) =>
        Reasons(exception) is var reasons && !reasons.Contains("ConditionalCheckFailed") && reasons.Any(reason => reason is "TransactionConflict" or "ThrottlingError" or "ProvisionedThroughputExceeded");

    private static List<string> Reasons(TransactionCanceledException exception) => [.. (exception.CancellationReasons ?? []).Select(reason => reason.Code ?? "")];

    private EntitySyncException? Sort(Exception exception) => exception switch
    {
        ConditionalCheckFailedException => new ConflictException($"Table '{table}': the item has changed.", exception),
        TransactionCanceledException cancelled when Reasons(cancelled).Contains("ConditionalCheckFailed") => new ConflictException($"Table '{table}': an item has changed.", exception),
        TransactionCanceledException cancelled when MetAnother(cancelled) => new TransientException($"Table '{table}': too many writers of the same replay.", exception),
        ResourceNotFoundException => new InvalidRequestException($"DynamoDB table or index of '{table}' does not exist: {exception.Message}", exception),
        AmazonServiceException service when IsTransient(service) => new TransientException($"DynamoDB table '{table}': {service.ErrorCode ?? service.StatusCode.ToString()}: {service.Message}", exception),
        AmazonServiceException service => new InvalidRequestException($"DynamoDB table '{table}': {service.ErrorCode}: {service.Message}", exception),
        AmazonClientException or HttpRequestException or IOException or TimeoutException or OperationCanceledException =>
            new TransientException($"DynamoDB table '{table}' cannot be reached: {exception.Message}", exception),
        _ => null,
    };

    private static bool IsTransient(AmazonServiceException exception) =>
        (int)exception.StatusCode >= 500 || exception.StatusCode is 0 or HttpStatusCode.TooManyRequests || Throttled.Contains(exception.ErrorCode ?? "");
}
