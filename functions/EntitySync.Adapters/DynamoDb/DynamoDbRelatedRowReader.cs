using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Reads related rows with BatchGetItem, strongly consistent, 100 keys a request. Keys that DynamoDB leaves unprocessed (throttling, more than
/// 16 MB of rows) are asked for again with backoff and jitter; a key that no row can have (empty, too long) is not asked for.
/// </summary>
public sealed class DynamoDbRelatedRowReader : IRelatedRowReader
{
    private const int KeysPerRequest = 100;

    private readonly IAmazonDynamoDB _client;
    private readonly ReferenceTableCatalog _tables;
    private readonly string _prefix;
    private readonly ResiliencePipeline<int> _untilAllProcessed;

    public DynamoDbRelatedRowReader(IAmazonDynamoDB client, ReferenceTableCatalog tables, EntitySyncSettings settings, TimeProvider clock)
    {
        _client = client;
        _tables = tables;
        _prefix = settings.ReferenceTablePrefix;
        _untilAllProcessed = new ResiliencePipelineBuilder<int> { TimeProvider = clock }
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
    }

    /// <exception cref="InvalidRequestException">The table is in no definition or not in DynamoDB, or may not be read.</exception>
    public async Task<IReadOnlyList<RelatedRow>> ReadAsync(string table, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        if (!_tables.TryGet(table, out var reference)) throw new InvalidRequestException($"No definition looks up a reference table '{table}'.");
        var rows = new List<RelatedRow>(keys.Count);
        foreach (var chunk in keys.Where(IsPossible).Chunk(KeysPerRequest)) await ReadChunkAsync(reference, chunk, rows, cancellationToken);
        return rows;
    }

    private async Task ReadChunkAsync(ReferenceTable table, string[] keys, List<RelatedRow> rows, CancellationToken cancellationToken)
    {
        var pending = new KeysAndAttributes
        {
            ConsistentRead = true,
            Keys = [.. keys.Select(key => new Dictionary<string, AttributeValue> { [table.KeyField] = new() { S = key } })],
        };
        var unprocessed = await _untilAllProcessed.ExecuteAsync(async token =>
        {
            var response = await GetAsync(table, pending, token);
            if (response.Responses?.GetValueOrDefault(Physical(table)) is { } items) rows.AddRange(items.Select(item => ToRow(table, item)));
            pending = response.UnprocessedKeys?.GetValueOrDefault(Physical(table));
            return pending?.Keys?.Count ?? 0;
        }, cancellationToken);
        if (unprocessed > 0) throw new TransientException($"DynamoDB BatchGetItem on table '{Physical(table)}' left {unprocessed} of {keys.Length} keys unprocessed again and again (throttled).");
    }

    private Task<BatchGetItemResponse> GetAsync(ReferenceTable table, KeysAndAttributes? keys, CancellationToken cancellationToken)
    {
        var request = new BatchGetItemRequest { RequestItems = new() { [Physical(table)] = keys } };
        return DynamoDbErrors.CallAsync("BatchGetItem", Physical(table), () => _client.BatchGetItemAsync(request, cancellationToken), cancellationToken);
    }

    private static RelatedRow ToRow(ReferenceTable table, Dictionary<string, AttributeValue> item)
    {
        var key = item[table.KeyField].S;
        try
        {
            return ReferenceItems.ToRow(table.Name, key, item);
        }
        catch (AttributeJsonException exception)
        {
            return new RelatedRow(table.Name, key, ReferenceItems.VersionOf(item), default) { Unusable = exception.Message };
        }
    }

    private static bool IsPossible(string key) => RowBody.KeyError(key) is null;

    private string Physical(ReferenceTable table) => _prefix + table.Name;
}
