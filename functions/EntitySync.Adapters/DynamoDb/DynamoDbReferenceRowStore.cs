using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Rows of reference tables in DynamoDB; see <see cref="ReferenceItems"/> for their shape.</summary>
public sealed class DynamoDbReferenceRowStore(IAmazonDynamoDB client, EntitySyncSettings settings) : IReferenceRowStore
{
    public async Task<RelatedRow?> ReadAsync(ReferenceTable table, string key, CancellationToken cancellationToken)
    {
        if (await GetAsync(table, key, marksOnly: false, cancellationToken) is not { } item) return null;
        try
        {
            return ReferenceItems.ToRow(table.Name, key, item);
        }
        catch (AttributeJsonException exception)
        {
            throw new InvalidRequestException($"Row '{key}' of '{table.Name}' cannot be read: {exception.Message}.", exception);
        }
    }

    public async Task<RowMark?> ReadMarkAsync(ReferenceTable table, string key, CancellationToken cancellationToken) =>
        await GetAsync(table, key, marksOnly: true, cancellationToken) is { } item ? ReferenceItems.MarkOf(table.Name, key, item) : null;

    public async Task<StoreResult> PutAsync(ReferenceTable table, string key, ReadOnlyMemory<byte> json, long version, RowMark? expected, CancellationToken cancellationToken)
    {
        var (item, error) = JsonAttributes.Read(json.Span);
        if (item is null) return new StoreResult(StoreOutcome.Refused, error);
        item[table.KeyField] = new AttributeValue { S = key };
        item[RelatedRow.VersionAttribute] = new AttributeValue { N = version.ToString() };
        if (ItemSize.Of(item) is var size && size > ItemSize.Maximum)
            return new StoreResult(StoreOutcome.Refused, $"The row takes {size} bytes in DynamoDB; an item may have {ItemSize.Maximum}.");
        var condition = Condition.For(table, expected);
        var request = new PutItemRequest
        {
            TableName = Physical(table),
            Item = item,
            ConditionExpression = condition.Expression,
            ExpressionAttributeNames = condition.Names,
            ExpressionAttributeValues = condition.Values,
        };
        return await WriteAsync("PutItem", table, () => client.PutItemAsync(request, cancellationToken), cancellationToken);
    }

    public async Task<StoreResult> DeleteAsync(ReferenceTable table, string key, RowMark expected, CancellationToken cancellationToken)
    {
        var condition = Condition.For(table, expected);
        var request = new DeleteItemRequest
        {
            TableName = Physical(table),
            Key = KeyOf(table, key),
            ConditionExpression = condition.Expression,
            ExpressionAttributeNames = condition.Names,
            ExpressionAttributeValues = condition.Values,
        };
        return await WriteAsync("DeleteItem", table, () => client.DeleteItemAsync(request, cancellationToken), cancellationToken);
    }

    private async Task<Dictionary<string, AttributeValue>?> GetAsync(ReferenceTable table, string key, bool marksOnly, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = Physical(table), Key = KeyOf(table, key), ConsistentRead = true };
        if (marksOnly)
        {
            // The key comes along so that a row without version differs from no row.
            request.ProjectionExpression = "#key, #version";
            request.ExpressionAttributeNames = new() { ["#key"] = table.KeyField, ["#version"] = RelatedRow.VersionAttribute };
        }

        var response = await DynamoDbErrors.CallAsync("GetItem", Physical(table), () => client.GetItemAsync(request, cancellationToken), cancellationToken);
        return response.IsItemSet ? response.Item : null;
    }

    private async Task<StoreResult> WriteAsync<T>(string operation, ReferenceTable table, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            await DynamoDbErrors.CallAsync(operation, Physical(table), call, cancellationToken);
            return new StoreResult(StoreOutcome.Done);
        }
        catch (ConflictException)
        {
            return new StoreResult(StoreOutcome.Raced);
        }
        catch (InvalidRequestException exception) when (exception.InnerException is AmazonServiceException { ErrorCode: "ValidationException" } refused)
        {
            // The request's frame is ours and right, so it is the row that DynamoDB does not take.
            return new StoreResult(StoreOutcome.Refused, $"DynamoDB refuses the row: {refused.Message}");
        }
    }

    private string Physical(ReferenceTable table) => settings.ReferenceTablePrefix + table.Name;

    private static Dictionary<string, AttributeValue> KeyOf(ReferenceTable table, string key) => new() { [table.KeyField] = new AttributeValue { S = key } };

    private readonly record struct Condition(string Expression, Dictionary<string, string> Names, Dictionary<string, AttributeValue>? Values)
    {
        private const string RowIsThere = "attribute_exists(#key) AND ";

        public static Condition For(ReferenceTable table, RowMark? expected) => expected switch
        {
            null => new Condition("attribute_not_exists(#key)", new() { ["#key"] = table.KeyField }, null),
            { Raw: null } => new Condition(RowIsThere + "attribute_not_exists(#version)", Both(table), null),
            { Raw: { } raw } => new Condition("#version = :old", Version(), new() { [":old"] = ReferenceItems.RawOf(raw) }),
        };

        private static Dictionary<string, string> Version() => new() { ["#version"] = RelatedRow.VersionAttribute };

        private static Dictionary<string, string> Both(ReferenceTable table) => new(Version()) { ["#key"] = table.KeyField };
    }
}
