using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using Polly;
using Polly.Retry;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Reads items of one table by their keys: BatchGetItem, strongly consistent, 100 keys a request. Keys that DynamoDB leaves unprocessed (throttling, more than 16 MB of
/// items) are asked for again with backoff and jitter.
/// </summary>
internal sealed class BatchRead(IAmazonDynamoDB client, TimeProvider clock)
{
    private const int KeysPerRequest = 100;

    private readonly ResiliencePipeline<int> _untilAllProcessed = new ResiliencePipelineBuilder<int> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<int>
        {
            ShouldHandle = new PredicateBuilder<int>().HandleResult(unprocessed => unprocessed > 0),
            MaxRetryAttempts = 8,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(50),
            MaxDelay = TimeSpan.FromSeconds(2),
        })
        .Build();

    /// <param name="table">Physical name.</param>
    /// <param name="keys">Any number, each once.</param>
    /// <param name="found">Gets each item that is there, in no order.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TransientException">Unreachable, or keys were left unprocessed again and again.</exception>
    /// <exception cref="InvalidRequestException">No such table, no permission.</exception>
    public async Task ReadAsync(string table, IEnumerable<Item> keys, Action<Item> found, CancellationToken cancellationToken)
    {
        foreach (var chunk in keys.Chunk(KeysPerRequest)) await ReadChunkAsync(table, chunk, found, cancellationToken);
    }

    private async Task ReadChunkAsync(string table, Item[] keys, Action<Item> found, CancellationToken cancellationToken)
    {
        var pending = new KeysAndAttributes { ConsistentRead = true, Keys = [.. keys] };
        var unprocessed = await _untilAllProcessed.ExecuteAsync(async token =>
        {
            var request = new BatchGetItemRequest { RequestItems = new() { [table] = pending } };
            var response = await DynamoDbErrors.CallAsync("BatchGetItem", table, () => client.BatchGetItemAsync(request, token), token);
            foreach (var item in response.Responses?.GetValueOrDefault(table) ?? []) found(item);
            pending = response.UnprocessedKeys?.GetValueOrDefault(table);
            return pending?.Keys?.Count ?? 0;
        }, cancellationToken);
        if (unprocessed > 0) throw new TransientException($"DynamoDB BatchGetItem on table '{table}' left {unprocessed} of {keys.Length} keys unprocessed again and again (throttled).");
    }
}
