using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Pages ids out of a DynamoDB table: a query of a relation's index, key after key, or one segment of a scan. Filters: <see cref="DynamoDbFilter"/>.
/// An index follows its table with a short delay, so an entity that was related a moment ago may be missed; its own update enriches it.
/// </summary>
/// <param name="client">DynamoDB.</param>
/// <param name="prefix">What stands before a table's logical name.</param>
/// <param name="clock">Time.</param>
public sealed class DynamoDbIdSource(IAmazonDynamoDB client, string prefix, TimeProvider clock) : IIdSource
{
    /// <summary>Requests for one page: a filter may leave little of each, and a page should not take longer than a lease.</summary>
    private const int MaximumRequests = 10;

    public async Task<IdPage> ReadPageAsync(IdQuery query, string? cursor, int pageSize, CancellationToken cancellationToken)
    {
        var source = (DynamoDbIdSourceDefinition)query.Source;
        var calls = new ReplayCalls(prefix + source.Table, clock);
        var ids = new List<string>();
        DynamoDbCursor? at = DynamoDbCursor.Parse(cursor);
        for (var request = 0; request < MaximumRequests && at is not null && ids.Count < pageSize; request++)
        {
            var (items, after) = query.Related is { } related
                ? await QueryAsync(calls, source, query, related, at, pageSize - ids.Count, cancellationToken)
                : await ScanAsync(calls, source, query, at, pageSize - ids.Count, cancellationToken);
            ids.AddRange(items.Select(item => Id(item, source)));
            at = after is { Count: > 0 } ? DynamoDbCursor.At(at.KeyIndex, after)
                : query.Related is not null && at.KeyIndex + 1 < query.Related.Keys.Length ? new DynamoDbCursor(at.KeyIndex + 1, null)
                : null;
        }

        return new IdPage(ids, at?.ToString());
    }

    private async Task<(List<Item> Items, Item? After)> QueryAsync(
        ReplayCalls calls, DynamoDbIdSourceDefinition source, IdQuery query, RelatedKeys related, DynamoDbCursor at, int limit, CancellationToken cancellationToken)
    {
        if (!source.Indexes.TryGetValue(related.Relation, out var index))
        {
            throw new InvalidRequestException($"The replay's id source has no index for relation '{related.Relation}'; name it under replay.ids.dynamodb.indexes.");
        }

        if (at.KeyIndex >= related.Keys.Length) throw new InvalidRequestException($"The cursor is beyond the {related.Keys.Length} keys of relation '{related.Relation}'.");
        var names = new Dictionary<string, string> { ["#id"] = source.Key, ["#key"] = index.Attribute };
        var values = new Item { [":key"] = new() { S = related.Keys[at.KeyIndex] } };
        var request = new QueryRequest
        {
            TableName = prefix + source.Table,
            IndexName = index.Index,
            KeyConditionExpression = "#key = :key",
            FilterExpression = DynamoDbFilter.Build(query.Filters, names, values),
            ProjectionExpression = "#id",
            ExpressionAttributeNames = names,
            ExpressionAttributeValues = values,
            ExclusiveStartKey = at.ExclusiveStartKey(),
            Limit = limit,
        };
        var response = await calls.RunAsync("Query", token => client.QueryAsync(request, token), cancellationToken);
        return (response.Items ?? [], response.LastEvaluatedKey);
    }

    private async Task<(List<Item> Items, Item? After)> ScanAsync(
        ReplayCalls calls, DynamoDbIdSourceDefinition source, IdQuery query, DynamoDbCursor at, int limit, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string> { ["#id"] = source.Key };
        var values = new Item();
        var request = new ScanRequest
        {
            TableName = prefix + source.Table,
            Segment = query.Segment,
            TotalSegments = query.Segments,
            FilterExpression = DynamoDbFilter.Build(query.Filters, names, values),
            ProjectionExpression = "#id",
            ExpressionAttributeNames = names,
            ExpressionAttributeValues = values.Count > 0 ? values : null,
            ExclusiveStartKey = at.ExclusiveStartKey(),
            Limit = limit,
            ConsistentRead = true,
        };
        var response = await calls.RunAsync("Scan", token => client.ScanAsync(request, token), cancellationToken);
        return (response.Items ?? [], response.LastEvaluatedKey);
    }

    private static string Id(Item item, DynamoDbIdSourceDefinition source) => item.GetValueOrDefault(source.Key) switch
    {
        { S: { } text } => text,
        { N: { } number } => number,
        _ => throw new InvalidRequestException($"Table '{source.Table}' has an item whose '{source.Key}' is missing or neither text nor a number."),
    };
}
