using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Replay;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>How replays look in their table. Partition key <c>replayId</c>, sort key <c>part</c>; readable in the DynamoDB console.</summary>
internal static class ReplayAttributes
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static Item Key(string replayId, string part) => new() { ["replayId"] = Text(replayId), ["part"] = Text(part) };

    public static AttributeValue Decimal(double number) => new() { N = number.ToString("0.###", CultureInfo.InvariantCulture) };

    /// <summary>Of fixed width, so that times compare as text.</summary>
    public static AttributeValue Time(DateTimeOffset time) => Text(time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));

    public static string Name(ReplayStatus status) => status.ToString().ToUpperInvariant();

    public static Item Replay(ReplayRecord record, DateTimeOffset expiresAt)
    {
        var item = NewReplay(record, expiresAt);
        if (record.RateBound is { } bound) item["rateBound"] = Number(bound);
        return item;
    }

    private static Item NewReplay(ReplayRecord record, DateTimeOffset expiresAt) => new(Key(record.ReplayId, ReplayParts.Replay))
    {
        ["entity"] = Text(record.Entity),
        ["status"] = Text(Name(record.Status)),
        ["execution"] = Text(record.Execution),
        ["request"] = Text(record.Summary),
        ["slices"] = Number(record.Slices),
        ["slicesDone"] = Number(0),
        ["slicesCounted"] = Number(0),
        ["idsPublished"] = Number(0),
        ["pages"] = Number(0),
        ["total"] = Number(0),
        ["startedAt"] = Time(record.StartedAt),
        ["updatedAt"] = Time(record.UpdatedAt),
        ["expiresAt"] = Number(expiresAt.ToUnixTimeSeconds()),
    };

    public static Item Request(ReplayRequest request, DateTimeOffset expiresAt) => new(Key(request.ReplayId!, ReplayParts.Request))
    {
        ["json"] = Text(JsonSerializer.Serialize(request, ReplayJson.Default.ReplayRequest)),
        ["expiresAt"] = Number(expiresAt.ToUnixTimeSeconds()),
    };

    public static Item Slice(string replayId, int index, ReplaySlice slice, DateTimeOffset expiresAt)
    {
        var item = new Item(Key(replayId, ReplayParts.Slice(index)))
        {
            ["kind"] = Text(slice.Kind.ToString().ToUpperInvariant()),
            ["first"] = Number(slice.First),
            ["count"] = Number(slice.Count),
            ["epoch"] = Number(0),
            ["done"] = Flag(false),
            ["counted"] = Flag(false),
            ["idsPublished"] = Number(0),
            ["pages"] = Number(0),
            ["expiresAt"] = Number(expiresAt.ToUnixTimeSeconds()),
        };
        if (slice.Relation is not null) item["relation"] = Text(slice.Relation);
        return item;
    }

    public static ReplayRecord ReadReplay(Item item) => new()
    {
        ReplayId = item["replayId"].S,
        Entity = item["entity"].S,
        Status = Enum.Parse<ReplayStatus>(item["status"].S, ignoreCase: true),
        Execution = item["execution"].S,
        Summary = item["request"].S,
        Slices = (int)Long(item, "slices"),
        SlicesDone = (int)Long(item, "slicesDone"),
        SlicesCounted = (int)Long(item, "slicesCounted"),
        IdsPublished = Long(item, "idsPublished"),
        Pages = Long(item, "pages"),
        Total = Long(item, "total"),
        StartedAt = ReadTime(item, "startedAt")!.Value,
        UpdatedAt = ReadTime(item, "updatedAt")!.Value,
        PausedAt = ReadTime(item, "pausedAt"),
        FinishedAt = ReadTime(item, "finishedAt"),
        LastMovedAt = ReadTime(item, "lastMovedAt"),
        RateBound = item.ContainsKey("rateBound") ? (int)Long(item, "rateBound") : null,
        LastError = item.GetValueOrDefault("lastError")?.S,
    };

    public static SliceClaim ReadClaim(Item item) => new(
        item["replayId"].S,
        item["part"].S,
        new ReplaySlice(Enum.Parse<SliceKind>(item["kind"].S, ignoreCase: true), item.GetValueOrDefault("relation")?.S, (int)Long(item, "first"), (int)Long(item, "count")),
        Long(item, "epoch"),
        ReadTime(item, "leaseUntil") ?? DateTimeOffset.MinValue,
        item.GetValueOrDefault("cursor")?.S,
        item["done"].BOOL ?? false,
        item["counted"].BOOL ?? false);

    public static DateTimeOffset? ReadTime(Item item, string name) => item.TryGetValue(name, out var value)
        ? DateTimeOffset.ParseExact(value.S, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
        : null;

    private static long Long(Item item, string name) => long.Parse(item[name].N, CultureInfo.InvariantCulture);
}
