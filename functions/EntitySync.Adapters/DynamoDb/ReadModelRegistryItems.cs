using System.Collections.Immutable;
using System.Globalization;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.ReadModels;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// How versions and checkpoints look in the registry's table. Partition key <c>readModel</c>; sort key <c>part</c>: <c>alias</c>, or <c>checkpoint#3#order-events#0</c> of
/// version 3. Readable in the DynamoDB console.
/// </summary>
internal static class ReadModelRegistryItems
{
    public const string Alias = "alias";
    public const string Revision = "revision";
    public const string Next = "next";
    public const string CaughtUp = "caughtUp";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public static Item Key(string readModel, string part) => new() { ["readModel"] = Text(readModel), ["part"] = Text(part) };

    /// <summary>Begins the sort key of each checkpoint of a version.</summary>
    public static string CheckpointsOf(ReadModelVersionId version) => string.Create(CultureInfo.InvariantCulture, $"checkpoint#{version.Number}#");

    public static Item Key(ReadModelVersionId version, FillCheckpoint checkpoint) =>
        Key(version.ReadModel, string.Create(CultureInfo.InvariantCulture, $"{CheckpointsOf(version)}{checkpoint.Topic}#{checkpoint.Partition}"));

    public static Item ToItem(ReadModelState state)
    {
        var item = new Item(Key(state.ReadModel, Alias))
        {
            [Revision] = Number(state.Revision),
            ["lastNumber"] = Number(state.LastNumber),
            ["versions"] = new AttributeValue { L = [.. state.Versions.Select(ToValue)], IsLSet = true },
        };
        if (state.Live is { } live) item["live"] = Number(live);
        if (state.Previous is { } previous) item["previous"] = Number(previous);
        if (state.Building is { } building) item["building"] = Number(building);
        if (state.LastError is { } error) item["lastError"] = Text(error);
        if (state.FailedAt is { } failedAt) item["failedAt"] = Time(failedAt);
        return item;
    }

    public static ReadModelState ToState(Item item) => new(
        item["readModel"].S,
        Long(item, Revision),
        OptionalInt(item, "live"),
        OptionalInt(item, "previous"),
        OptionalInt(item, "building"),
        (int)Long(item, "lastNumber"),
        [.. (item["versions"].L ?? []).Select(value => ToVersion(value.M))],
        item.GetValueOrDefault("lastError")?.S,
        item.TryGetValue("failedAt", out var failedAt) ? ReadTime(failedAt) : null);

    public static FillCheckpoint ToCheckpoint(Item item) => new(
        item["topic"].S, (int)Long(item, "partition"), Long(item, "first"), Long(item, Next), Long(item, "end"), Long(item, "events"), item[CaughtUp].BOOL ?? false);

    private static AttributeValue ToValue(ReadModelVersion version)
    {
        var item = new Item
        {
            ["number"] = Number(version.Number),
            ["definition"] = Text(version.Definition),
            ["fingerprint"] = Text(version.Fingerprint),
            ["createdAt"] = Time(version.CreatedAt),
        };
        if (version.SwitchedAt is { } switchedAt) item["switchedAt"] = Time(switchedAt);
        if (version.BeganAt is { } position) item["beganAt"] = Text(position);
        return new AttributeValue { M = item };
    }

    private static ReadModelVersion ToVersion(Item item) => new(
        (int)Long(item, "number"), item["definition"].S, item["fingerprint"].S, ReadTime(item["createdAt"]), item.TryGetValue("switchedAt", out var switchedAt) ? ReadTime(switchedAt) : null,
        item.GetValueOrDefault("beganAt")?.S);

    private static AttributeValue Time(DateTimeOffset time) => Text(time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));

    private static DateTimeOffset ReadTime(AttributeValue value) => DateTimeOffset.ParseExact(value.S, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static int? OptionalInt(Item item, string name) => item.ContainsKey(name) ? (int)Long(item, name) : null;

    private static long Long(Item item, string name) => long.Parse(item[name].N, CultureInfo.InvariantCulture);
}
