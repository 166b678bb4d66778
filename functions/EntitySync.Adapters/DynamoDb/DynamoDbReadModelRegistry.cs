using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReadModelRegistryItems;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Versions of read models and the checkpoints of their rebuilds in one table; see <see cref="ReadModelRegistryItems"/> for its items.</summary>
/// <param name="client">Its retries do no harm: a write that comes twice finds its condition refused.</param>
/// <param name="table">Physical name.</param>
/// <param name="clock">Pauses between retries.</param>
public sealed class DynamoDbReadModelRegistry(IAmazonDynamoDB client, string table, TimeProvider clock) : IReadModelRegistry
{
    private readonly ThrottledCalls _calls = new(clock);

    public async Task<ReadModelState?> GetAsync(string readModel, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = table, Key = Key(readModel, Alias), ConsistentRead = true };
        var response = await _calls.RunAsync("GetItem", table, token => client.GetItemAsync(request, token), cancellationToken);
        return response.Item is { Count: > 0 } item ? ToState(item) : null;
    }

    public Task<bool> SaveAsync(ReadModelState state, CancellationToken cancellationToken)
    {
        var request = new PutItemRequest
        {
            TableName = table,
            Item = ToItem(state),
            ConditionExpression = state.Revision == 1 ? "attribute_not_exists(#revision)" : "#revision = :before",
            ExpressionAttributeNames = new() { ["#revision"] = Revision },
        };
        if (state.Revision != 1) request.ExpressionAttributeValues = new() { [":before"] = Number(state.Revision - 1) };
        return WrittenAsync("PutItem", token => client.PutItemAsync(request, token), cancellationToken);
    }

    public async Task<IReadOnlyList<FillCheckpoint>> GetCheckpointsAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        var checkpoints = (await QueryAsync(version, cancellationToken)).Select(ToCheckpoint).ToList();
        checkpoints.Sort(static (one, other) => string.CompareOrdinal(one.Topic, other.Topic) is not 0 and var order ? order : one.Partition.CompareTo(other.Partition));
        return checkpoints;
    }

    public Task SaveCheckpointAsync(ReadModelVersionId version, FillCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var set = "SET #topic = :topic, #partition = :partition, #first = :first, #next = :next, #end = :end, #events = :events, #caughtUp = ";
        var request = new UpdateItemRequest
        {
            TableName = table,
            Key = Key(version, checkpoint),
            // Once a partition is caught up it stays so: live events reach the version, whatever a slower worker says of it.
            UpdateExpression = set + (checkpoint.IsCaughtUp ? ":caughtUp" : "if_not_exists(#caughtUp, :caughtUp)"),
            ConditionExpression = "attribute_not_exists(#next) OR #next <= :next",
            ExpressionAttributeNames = new()
            {
                ["#topic"] = "topic", ["#partition"] = "partition", ["#first"] = "first", ["#next"] = Next, ["#end"] = "end", ["#events"] = "events", ["#caughtUp"] = CaughtUp,
            },
            ExpressionAttributeValues = new()
            {
                [":topic"] = Text(checkpoint.Topic), [":partition"] = Number(checkpoint.Partition), [":first"] = Number(checkpoint.First), [":next"] = Number(checkpoint.Next),
                [":end"] = Number(checkpoint.End), [":events"] = Number(checkpoint.Events), [":caughtUp"] = Flag(checkpoint.IsCaughtUp),
            },
        };
        return WrittenAsync("UpdateItem", token => client.UpdateItemAsync(request, token), cancellationToken);
    }

    public async Task DeleteCheckpointsAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        foreach (var item in await QueryAsync(version, cancellationToken))
        {
            var request = new DeleteItemRequest { TableName = table, Key = Key(item["readModel"].S, item["part"].S) };
            await _calls.RunAsync("DeleteItem", table, token => client.DeleteItemAsync(request, token), cancellationToken);
        }
    }

    private async Task<List<Item>> QueryAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        var items = new List<Item>();
        var request = new QueryRequest
        {
            TableName = table,
            ConsistentRead = true,
            KeyConditionExpression = "readModel = :readModel AND begins_with(part, :part)",
            ExpressionAttributeValues = new() { [":readModel"] = Text(version.ReadModel), [":part"] = Text(CheckpointsOf(version)) },
        };
        do
        {
            var response = await _calls.RunAsync("Query", table, token => client.QueryAsync(request, token), cancellationToken);
            items.AddRange(response.Items ?? []);
            request.ExclusiveStartKey = response.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
        return items;
    }

    private async Task<bool> WrittenAsync<T>(string operation, Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            await _calls.RunAsync(operation, table, write, cancellationToken);
            return true;
        }
        catch (ConflictException exception)
        {
            if (exception.InnerException is ConditionalCheckFailedException) return false;
            throw new TransientException(exception.Message, exception);
        }
    }
}
