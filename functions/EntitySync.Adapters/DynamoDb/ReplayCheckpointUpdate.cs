using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Replay;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReplayAttributes;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>The two halves of a checkpoint's transaction: the slice moves, the whole's progress grows by the page.</summary>
internal sealed class ReplayCheckpointUpdate(string table, SliceClaim claim, PageCheckpoint page, DateTimeOffset leaseUntil, DateTimeOffset now)
{
    private readonly bool _done = page.NextCursor is null;
    private readonly long? _total = claim.Counted ? null : page.Total;
    private readonly int _pages = page.Ids > 0 ? 1 : 0;

    /// <summary>The claim as it is once the transaction is through.</summary>
    public SliceClaim Next() => claim with { Cursor = page.NextCursor, Done = _done, Counted = claim.Counted || _total is not null, LeaseUntil = leaseUntil };

    public TransactWriteItem OfSlice()
    {
        var values = new Item
        {
            [":epoch"] = Number(claim.Epoch),
            [":no"] = Flag(false),
            [":done"] = Flag(_done),
            [":counted"] = Flag(claim.Counted || _total is not null),
            [":until"] = Time(leaseUntil),
            [":now"] = Time(now),
            [":ids"] = Number(page.Ids),
            [":pages"] = Number(_pages),
        };
        var set = "SET done = :done, counted = :counted, leaseUntil = :until, updatedAt = :now";
        var remove = "";
        if (_done) remove = " REMOVE #cursor, lastError";
        else (set, values[":next"]) = (set + ", #cursor = :next", Text(page.NextCursor!));
        var condition = "attribute_exists(leaseOwner) AND epoch = :epoch AND done = :no AND ";
        if (claim.Cursor is null) condition += "attribute_not_exists(#cursor)";
        else (condition, values[":cursor"]) = (condition + "#cursor = :cursor", Text(claim.Cursor));
        return Update(claim.Part, $"{set}{remove} ADD idsPublished :ids, pages :pages", condition, values, new() { ["#cursor"] = "cursor" });
    }

    public TransactWriteItem OfReplay()
    {
        var values = new Item
        {
            [":now"] = Time(now),
            [":ids"] = Number(page.Ids),
            [":pages"] = Number(_pages),
            [":done"] = Number(_done ? 1 : 0),
            [":total"] = Number(_total ?? 0),
            [":counted"] = Number(_total is null ? 0 : 1),
        };
        var set = "SET updatedAt = :now, lastMovedAt = :now";
        var remove = "";
        if (page.RatePerSecond is { } rate) (set, values[":rate"]) = (set + ", ratePerSecond = :rate", Decimal(rate));
        if (page.EstimatedSecondsLeft is { } left) (set, values[":left"]) = (set + ", estimatedSecondsLeft = :left", Decimal(left));
        else remove = " REMOVE estimatedSecondsLeft";
        return Update(
            ReplayParts.Replay,
            $"{set}{remove} ADD idsPublished :ids, pages :pages, slicesDone :done, #total :total, slicesCounted :counted",
            "attribute_exists(replayId)",
            values,
            new() { ["#total"] = "total" });
    }

    private TransactWriteItem Update(string part, string update, string condition, Item values, Dictionary<string, string> names) => new()
    {
        Update = new Update
        {
            TableName = table,
            Key = Key(claim.ReplayId, part),
            UpdateExpression = update,
            ConditionExpression = condition,
            ExpressionAttributeValues = values,
            ExpressionAttributeNames = names,
        },
    };
}
