using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReconciliationAttributes;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Reconciliations in one table, an item an entity; see <see cref="ReconciliationAttributes"/> for its shape. A write is one UpdateItem and brings the item back, so nothing is read before.</summary>
/// <param name="client">Its retries do no harm: a write that comes twice finds its condition refused, or its pieces there.</param>
/// <param name="table">Physical name.</param>
/// <param name="readsRefused">True for an emulator that refuses a write without showing the item (DynamoDB Local before version 2): it is read afterwards then, which may show a later one.</param>
public sealed class DynamoDbReconciliationTable(IAmazonDynamoDB client, string table, bool readsRefused = false) : IReconciliationTable
{
    // DynamoDB takes so many bytes of names and values in a request; what is over it is far over an item's size, too.
    private const int LargestRequest = 2 * 1024 * 1024;

    public async Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken)
    {
        var (write, condition) = ReconciliationWrites.Of(update);
        if (write.Size >= LargestRequest) throw TooLarge(update, write);
        try
        {
            return await WriteAsync(write.ToRequest(table, Key(update.Entity, update.Id), condition), cancellationToken);
        }
        catch (InvalidRequestException exception) when (IsTooLarge(exception))
        {
            throw TooLarge(update, write);
        }
    }

    public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken)
    {
        var (write, condition) = ReconciliationWrites.Of(transition);
        return WriteAsync(write.ToRequest(table, Key(transition.Entity, transition.Id), condition), cancellationToken);
    }

    public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => ReadAsync(Key(entity, id), cancellationToken);

    public async Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken)
    {
        var entries = new List<ReconciliationEntry>();
        var token = ReconciliationPageToken.Parse(query);
        while (entries.Count < query.Limit)
        {
            var request = Query(query, token, query.Limit - entries.Count);
            var response = await DynamoDbErrors.CallAsync("Query", table, () => client.QueryAsync(request, cancellationToken), cancellationToken);
            foreach (var item in response.Items ?? []) entries.Add(ReconciliationItem.ToEntry(item));
            if (response.LastEvaluatedKey is { Count: > 0 } last) token = ReconciliationPageToken.At(query, token.Part, last);
            else if (token.Part + 1 < Parts) token = ReconciliationPageToken.At(query, token.Part + 1, null);
            else return new ReconciliationPage(entries, null);
        }

        return new ReconciliationPage(entries, token.ToString());
    }

    private QueryRequest Query(ReconciliationQuery query, ReconciliationPageToken token, int limit)
    {
        var request = new QueryRequest
        {
            TableName = table,
            IndexName = ReconciliationAttributes.IndexName,
            KeyConditionExpression = "#part = :part",
            ExpressionAttributeNames = new() { ["#part"] = StatusPart },
            ExpressionAttributeValues = new() { [":part"] = PartOf(query.Entity, query.Status, token.Part) },
            ExclusiveStartKey = token.ExclusiveStartKey(query),
            Limit = limit,
        };
        if (query.Due is not { } due) return request;
        request.KeyConditionExpression += " AND #next <= :due";
        request.ExpressionAttributeNames["#next"] = NextAt;
        request.ExpressionAttributeValues[":due"] = Moment(due);
        return request;
    }

    private async Task<UpdateResult> WriteAsync(UpdateItemRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await DynamoDbErrors.CallAsync("UpdateItem", table, () => client.UpdateItemAsync(request, cancellationToken), cancellationToken);
            return new UpdateResult(true, ReconciliationItem.ToState(response.Attributes));
        }
        catch (ConflictException exception)
        {
            // Nobody here writes in transactions; one that is in the way is a matter of another moment.
            if (exception.InnerException is not ConditionalCheckFailedException refused) throw new TransientException(exception.Message, exception);
            if (refused.Item is { Count: > 0 } item) return new UpdateResult(false, ReconciliationItem.ToState(item));
            return new UpdateResult(false, readsRefused ? await ReadAsync(request.Key, cancellationToken) : null);
        }
    }

    private async Task<ReconciliationState?> ReadAsync(Item key, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = table, Key = key, ConsistentRead = true };
        var response = await DynamoDbErrors.CallAsync("GetItem", table, () => client.GetItemAsync(request, cancellationToken), cancellationToken);
        return response.Item is { Count: > 0 } item ? ReconciliationItem.ToState(item) : null;
    }

    // DynamoDB has no error code for it.
    private static bool IsTooLarge(InvalidRequestException exception) =>
        exception.InnerException is AmazonServiceException { ErrorCode: "ValidationException" } refused && refused.Message.Contains("Item size", StringComparison.OrdinalIgnoreCase);

    private static ItemTooLargeException TooLarge(ReconciliationUpdate update, ItemWrite write)
    {
        var document = update.Expected?.Document is { } bytes ? $"a document of {bytes.Length} bytes and " : "";
        return new ItemTooLargeException(
            $"{update.Entity} '{update.Id}' would be larger than the {ItemSize.Maximum} bytes that an item may have: this write brings {document}{update.Arrivals.Count} pieces, {write.Size} bytes in all");
    }
}
