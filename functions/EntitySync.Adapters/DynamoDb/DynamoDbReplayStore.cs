using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReplayAttributes;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Replays in one table: item <c>replay</c> shows the whole, <c>request</c> what was asked, <c>slice#0000</c> and on one checkpoint each.</summary>
public sealed class DynamoDbReplayStore(IAmazonDynamoDB client, string table, ReplayOptions options, TimeProvider clock) : IReplayStore
{
    private const string NotOver = "attribute_exists(replayId) AND #status <> :succeeded AND #status <> :stopped";

    private readonly ReplayCalls _calls = new(table, clock);

    public async Task<ReplayRecord?> FindAsync(string replayId, CancellationToken cancellationToken) =>
        await GetAsync(replayId, ReplayParts.Replay, cancellationToken) is { } item ? ReadReplay(item) : null;

    public async Task<ReplayRequest?> FindRequestAsync(string replayId, CancellationToken cancellationToken) =>
        await GetAsync(replayId, ReplayParts.Request, cancellationToken) is { } item
            ? JsonSerializer.Deserialize(item["json"].S, ReplayJson.Default.ReplayRequest)
            : null;

    public async Task<bool> TryCreateAsync(NewReplay replay, CancellationToken cancellationToken)
    {
        var expiresAt = replay.Record.StartedAt + options.KeepFor;
        Item[] items =
        [
            ReplayAttributes.Replay(replay.Record, expiresAt),
            Request(replay.Request, expiresAt),
            .. replay.Slices.Select((slice, index) => Slice(replay.Record.ReplayId, index, slice, expiresAt)),
        ];
        return await TransactAsync(
            [.. items.Select(item => new TransactWriteItem { Put = new Put { TableName = table, Item = item, ConditionExpression = "attribute_not_exists(replayId)" } })],
            cancellationToken);
    }

    public async Task<bool> TryResumeAsync(string replayId, string execution, int? rateBound, CancellationToken cancellationToken)
    {
        var values = new Item
        {
            [":status"] = Status(ReplayStatus.Running), [":execution"] = Text(execution), [":now"] = Now(), [":succeeded"] = Status(ReplayStatus.Succeeded), [":stopped"] = Status(ReplayStatus.Stopped),
            [":paused"] = Status(ReplayStatus.Paused),
        };
        var set = "SET #status = :status, execution = :execution, updatedAt = :now";
        if (rateBound is { } bound) (set, values[":bound"]) = (set + ", rateBound = :bound", Number(bound));
        return await UpdateAsync(replayId, ReplayParts.Replay, set + " REMOVE lastError, finishedAt, pausedAt", NotOver + " AND (#status <> :paused OR execution <> :execution)", values, cancellationToken) is not null;
    }

    public async Task<bool> TryMarkAsync(string replayId, ReplayStatus mark, CancellationToken cancellationToken)
    {
        var values = new Item { [":status"] = Status(mark), [":now"] = Now(), [":running"] = Status(ReplayStatus.Running), [":failed"] = Status(ReplayStatus.Failed) };
        var (time, from) = ("pausedAt", ":running, :failed");
        if (mark == ReplayStatus.Stopped) (time, from, values[":paused"]) = ("finishedAt", from + ", :paused", Status(ReplayStatus.Paused));
        return await UpdateAsync(
            replayId,
            ReplayParts.Replay,
            $"SET #status = :status, updatedAt = :now, {time} = :now REMOVE estimatedSecondsLeft",
            // One whose slices are all done only waits to be called succeeded.
            $"attribute_exists(replayId) AND #status IN ({from}) AND slicesDone < slices",
            values,
            cancellationToken) is not null;
    }

    public async Task<SliceClaimResult> ClaimAsync(string replayId, string part, string owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        var claimed = await UpdateAsync(
            replayId,
            part,
            "SET leaseOwner = :owner, leaseUntil = :until, epoch = epoch + :one, updatedAt = :now",
            // The owner itself may claim again: its first answer may have been lost.
            "attribute_exists(replayId) AND done = :no AND (attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR leaseUntil < :now)",
            new Item { [":owner"] = Text(owner), [":until"] = In(lease), [":one"] = Number(1), [":now"] = Now(), [":no"] = Flag(false) },
            cancellationToken);
        if (claimed is not null) return new SliceClaimResult(SliceClaimOutcome.Claimed, ReadClaim(claimed));
        var item = await GetAsync(replayId, part, cancellationToken) ?? throw new InvalidRequestException($"Replay '{replayId}' has no {part}.");
        return item["done"].BOOL == true
            ? new SliceClaimResult(SliceClaimOutcome.Done)
            : new SliceClaimResult(SliceClaimOutcome.Busy, BusyUntil: ReadTime(item, "leaseUntil"));
    }

    public async Task<SliceClaim?> TryRenewAsync(SliceClaim claim, TimeSpan lease, CancellationToken cancellationToken) =>
        await UpdateAsync(
            claim.ReplayId,
            claim.Part,
            "SET leaseUntil = :until",
            "attribute_exists(leaseOwner) AND epoch = :epoch",
            new Item { [":until"] = In(lease), [":epoch"] = Number(claim.Epoch) },
            cancellationToken) is { } item ? ReadClaim(item) : null;

    public async Task<SliceClaim?> TryCheckpointAsync(SliceClaim claim, PageCheckpoint page, TimeSpan lease, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + lease;
        var checkpoint = new ReplayCheckpointUpdate(table, claim, page, until, clock.GetUtcNow());
        return await TransactAsync([checkpoint.OfSlice(), checkpoint.OfReplay()], cancellationToken) ? checkpoint.Next() : null;
    }

    public async Task ReleaseAsync(SliceClaim claim, string? error, CancellationToken cancellationToken)
    {
        var values = new Item { [":epoch"] = Number(claim.Epoch), [":now"] = Now() };
        if (error is not null) values[":error"] = Text(error);
        var set = error is null ? "SET updatedAt = :now" : "SET updatedAt = :now, lastError = :error";
        var released = await UpdateAsync(
            claim.ReplayId, claim.Part, set + " REMOVE leaseOwner, leaseUntil", "attribute_exists(leaseOwner) AND epoch = :epoch", values, cancellationToken);
        if (released is null || error is null) return;
        await UpdateAsync(
            claim.ReplayId, ReplayParts.Replay, set, "attribute_exists(replayId)", new Item { [":error"] = Text(error), [":now"] = Now() }, cancellationToken);
    }

    public async Task<bool> TryFinishAsync(string replayId, string execution, ReplayStatus status, string? error, CancellationToken cancellationToken)
    {
        var values = new Item { [":status"] = Status(status), [":succeeded"] = Status(ReplayStatus.Succeeded), [":stopped"] = Status(ReplayStatus.Stopped), [":now"] = Now() };
        var condition = NotOver;
        if (status == ReplayStatus.Failed)
        {
            condition += " AND #status <> :paused AND execution = :execution";
            (values[":execution"], values[":paused"]) = (Text(execution), Status(ReplayStatus.Paused));
        }

        if (error is not null) values[":error"] = Text(error);
        var set = "SET #status = :status, updatedAt = :now, finishedAt = :now" + (error is null ? " REMOVE lastError, estimatedSecondsLeft, pausedAt" : ", lastError = :error REMOVE estimatedSecondsLeft");
        return await UpdateAsync(replayId, ReplayParts.Replay, set, condition, values, cancellationToken) is not null;
    }

    private async Task<Item?> GetAsync(string replayId, string part, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = table, Key = Key(replayId, part), ConsistentRead = true };
        var response = await _calls.RunAsync("GetItem", token => client.GetItemAsync(request, token), cancellationToken);
        return response.Item is { Count: > 0 } item ? item : null;
    }

    /// <summary>The item after the change; null when the condition did not hold.</summary>
    private async Task<Item?> UpdateAsync(string replayId, string part, string update, string condition, Item values, CancellationToken cancellationToken)
    {
        var request = new UpdateItemRequest
        {
            TableName = table,
            Key = Key(replayId, part),
            UpdateExpression = update,
            ConditionExpression = condition,
            ExpressionAttributeValues = values,
            ExpressionAttributeNames = update.Contains("#status", StringComparison.Ordinal) ? new() { ["#status"] = "status" } : null,
            ReturnValues = ReturnValue.ALL_NEW,
        };
        try
        {
            return (await _calls.RunAsync("UpdateItem", token => client.UpdateItemAsync(request, token), cancellationToken)).Attributes;
        }
        catch (ConflictException)
        {
            return null;
        }
    }

    private async Task<bool> TransactAsync(List<TransactWriteItem> items, CancellationToken cancellationToken)
    {
        // The same token for every attempt: one whose answer was lost is not applied twice.
        var request = new TransactWriteItemsRequest { TransactItems = items, ClientRequestToken = Guid.NewGuid().ToString("N") };
        try
        {
            await _calls.RunAsync("TransactWriteItems", token => client.TransactWriteItemsAsync(request, token), cancellationToken);
            return true;
        }
        catch (ConflictException)
        {
            return false;
        }
    }

    private static AttributeValue Status(ReplayStatus status) => Text(Name(status));

    private AttributeValue Now() => Time(clock.GetUtcNow());

    private AttributeValue In(TimeSpan span) => Time(clock.GetUtcNow() + span);
}
