using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using static EntitySync.Adapters.DynamoDb.ReadModelAttributes;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Rows of read models, each version in a table of its own; see <see cref="ReadModelAttributes"/> for an item's shape.</summary>
/// <param name="client">Its retries do no harm: a write that comes twice finds its condition refused.</param>
/// <param name="prefix">What stands before name and version in a table's name, e.g. <c>prod-read-model-</c>.</param>
/// <param name="clock">Pauses between retries.</param>
/// <param name="readsRefused">True for an emulator that refuses a write without showing the item (DynamoDB Local before version 2): it is read afterwards then, which may show a later one.</param>
public sealed class DynamoDbReadModelTable(IAmazonDynamoDB client, string prefix, TimeProvider clock, bool readsRefused = false) : IReadModelTable
{
    private readonly BatchRead _read = new(client, clock);
    private readonly ThrottledCalls _calls = new(clock);

    public async Task<IReadOnlyList<ReadModelRow?>> ReadAsync(ReadModelVersionId version, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, ReadModelRow>(keys.Count, StringComparer.Ordinal);
        var table = TableOf(version);
        await OfVersionAsync(version, async () =>
        {
            await _read.ReadAsync(table, keys.Select(Key), item => Add(ToRow(item)), cancellationToken);
            return true;
        });
        return [.. keys.Select(key => found.GetValueOrDefault(key))];

        void Add(ReadModelRow row) => found[row.Key] = row;
    }

    public async Task<(bool IsWritten, ReadModelRow? Held)> WriteAsync(ReadModelVersionId version, ReadModelRow row, CancellationToken cancellationToken)
    {
        var request = Put(version, row);
        try
        {
            await OfVersionAsync(version, () => _calls.RunAsync("PutItem", request.TableName, token => client.PutItemAsync(request, token), cancellationToken));
            return (true, null);
        }
        catch (ConflictException exception)
        {
            // Nobody here writes in transactions; one that is in the way is a matter of another moment.
            if (exception.InnerException is not ConditionalCheckFailedException refused) throw new TransientException(exception.Message, exception);
            if (refused.Item is { Count: > 0 } item) return (false, ToRow(item));
            return (false, readsRefused ? (await ReadAsync(version, [row.Key], cancellationToken))[0] : null);
        }
        catch (InvalidRequestException exception) when (IsTooLarge(exception))
        {
            throw TooLarge(version, row, ItemSize.Of(request.Item));
        }
    }

    public Task<RowPage> ListAsync(ReadModelVersionId version, RowQuery query, CancellationToken cancellationToken)
    {
        var list = new ReadModelList(client, _calls, TableOf(version), version, query);
        return OfVersionAsync(version, () => list.PageAsync(cancellationToken));
    }

    private string TableOf(ReadModelVersionId version) => DynamoDbReadModelTables.NameOf(prefix, version);

    private PutItemRequest Put(ReadModelVersionId version, ReadModelRow row)
    {
        var item = ToItem(row);
        if (ItemSize.Of(item) is > ItemSize.Maximum and var size) throw TooLarge(version, row, size);
        var request = new PutItemRequest
        {
            TableName = TableOf(version),
            Item = item,
            ConditionExpression = row.Revision == 1 ? "attribute_not_exists(#revision)" : "#revision = :before",
            ExpressionAttributeNames = new() { ["#revision"] = Revision },
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
        if (row.Revision != 1) request.ExpressionAttributeValues = new() { [":before"] = AttributeValues.Number(row.Revision - 1) };
        return request;
    }

    // A table that is being made or removed is not found either.
    private static async Task<T> OfVersionAsync<T>(ReadModelVersionId version, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (InvalidRequestException exception) when (exception.InnerException is ResourceNotFoundException)
        {
            throw new VersionGoneException($"{version} has no table, or not one that can be used. {exception.Message}", exception);
        }
    }

    // DynamoDB has no error code for it.
    private static bool IsTooLarge(InvalidRequestException exception) =>
        exception.InnerException is AmazonServiceException { ErrorCode: "ValidationException" } refused && refused.Message.Contains("Item size", StringComparison.OrdinalIgnoreCase);

    private static RowTooLargeException TooLarge(ReadModelVersionId version, ReadModelRow row, long size) => new(
        $"Row '{row.Key}' of {version} would take {size} bytes of the {ItemSize.Maximum} that an item may have: a document of {row.Document?.Length ?? 0} bytes, and {row.Facts.Length} bytes of what it is made of.");
}
