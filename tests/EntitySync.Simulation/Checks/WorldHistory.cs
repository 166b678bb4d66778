using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Oracle;
using EntitySync.Testing;

namespace EntitySync.Simulation.Checks;

/// <summary>A version of a row; null when it is deleted, or is not (or no longer) where it is looked for.</summary>
public sealed record Version(long Tick, long Offset, JsonObject? Row)
{
    /// <summary>Where a root says it comes from, when its offset does not tell.</summary>
    public Position? Origin { get; init; }
}

/// <summary>
/// What went into one join and everything that came of it, ordered for the checks. What goes into the entity's own is what the world outside wrote, and joined
/// rows where a relation has relations of its own; those are the outputs of another join, which has a history too.
/// </summary>
public sealed class WorldHistory
{
    private static readonly Version Nothing = new(0, -1, null);

    private readonly Dictionary<(RelationDefinition Relation, string Value, string Key), List<Version>> _rows = [];
    private readonly NaiveSharedKeys _sharedKeys;

    public WorldHistory(SimulatedWorld world, JoinNode join)
    {
        World = world;
        _sharedKeys = new NaiveSharedKeys(join.Definition);
        Join = join;
        foreach (var record in Definition.Relations.Select(relation => relation.From).Append(RootTopic).Distinct().SelectMany(InputsOf).OrderBy(record => record.Tick)) Add(record);
        Outputs = world.Log.Topic(join.IsNested ? Definition.Output.Topic : world.Topology.EmissionTopic)
            .SelectMany(partition => partition.ReadEver())
            .GroupBy(record => IsStream ? LineOf(OutputRecord.From(record).Origin) : Encoding.UTF8.GetString(record.Key!))
            .ToDictionary(group => group.Key, group => OutputsOf(group.OrderBy(record => record.Tick)), StringComparer.Ordinal);
    }

    /// <summary>The entity's own join first.</summary>
    public static IReadOnlyList<WorldHistory> OfAllJoins(SimulatedWorld world) => [.. world.Joins.Select(join => new WorldHistory(world, join))];

    public SimulatedWorld World { get; }

    public JoinNode Join { get; }

    public EntityDefinition Definition => Join.Definition;

    /// <summary>True for the join of a stream: there all events of a partition are one line, as the versions of one root are otherwise.</summary>
    public bool IsStream => Definition.Root.Kind == RootKind.Stream;

    /// <summary>All good versions of each root, oldest first.</summary>
    public Dictionary<string, List<Version>> Roots { get; } = new(StringComparer.Ordinal);

    public Dictionary<(RelationDefinition Relation, string Key), JsonObject?> LastRelated { get; } = [];

    /// <summary>The full list of outputs of each key.</summary>
    public IReadOnlyDictionary<string, List<OutputRecord>> Outputs { get; }

    /// <summary>True when some state of the tables forbids an output of a root that exists.</summary>
    public bool MayForbid => !Definition.Emit.Complete.IsEmpty || Definition.Relations.Any(SimulatedWorld.MayForbidBy);

    public bool HasShuffle => Definition.Relations.Any(relation => relation.Strategy == Strategy.Shuffle);

    public JsonObject? FinalOutput(JsonObject root) => NaiveJoin.Apply(Definition, root, relation =>
        LastRelated.Where(entry => entry.Key.Relation == relation && entry.Value is not null).Select(entry => (entry.Key.Key, entry.Value!)));

    /// <summary>Versions of a row as seen under one value, equal neighbours counted once; the first is "not there".</summary>
    public IReadOnlyList<Version> RowsUnder(RelationDefinition relation, string value, string key) =>
        _rows.TryGetValue((relation, value, key), out var versions) ? versions : [Nothing];

    public IEnumerable<string> RelatedKeys(RelationDefinition relation) =>
        LastRelated.Keys.Where(entry => entry.Relation == relation).Select(entry => entry.Key).Order(StringComparer.Ordinal);

    /// <summary>What the tasks of the join hold noted.</summary>
    public IEnumerable<StoredRecord> Notes() => Held(Definition.ProgressTopic());

    /// <summary>The last record of each key of each partition, but for tombstones.</summary>
    public IEnumerable<StoredRecord> Held(string topic) => World.Log.Topic(topic)
        .SelectMany(partition => partition.ReadAll().GroupBy(record => Convert.ToHexString(record.Key!)).Select(group => group.Last()))
        .Where(record => record.Value is not null);

    private string RootTopic => Join.IsRekeyed ? Definition.RekeyedRootTopic() : Definition.Root.Topic;

    private static string LineOf(Position position) => $"partition {position.Partition}";

    private List<OutputRecord> OutputsOf(IEnumerable<StoredRecord> records) =>
        Join.IsNested ? OutputRecord.OfJoinedRow(this, records) : Join.IsRekeyed ? OutputRecord.OfRekeyedRoot(this, records) : [.. records.Select(OutputRecord.From)];

    private IEnumerable<StoredRecord> InputsOf(string topic) => topic == Definition.RekeyedRootTopic() || World.Joins.Any(join => join.IsNested && join.Definition.Output.Topic == topic)
        ? World.Log.Topic(topic).SelectMany(partition => partition.ReadEver())
        : World.Written.Where(written => !written.IsBad && written.Record.Position.Topic == topic).Select(written => written.Record);

    private void Add(StoredRecord record)
    {
        if (Join.IsRekeyed && record.Position.Topic == RootTopic)
        {
            if (_sharedKeys.Take(record) is var (entity, now)) AddRoot(entity, now);
            return;
        }

        var key = record.Key is null ? "" : Encoding.UTF8.GetString(record.Key);
        var row = record.Value is null ? null : NaiveJoin.Parse(record.Value);
        if (record.Position.Topic == Definition.Root.Topic) AddRoot(IsStream ? LineOf(record.Position) : key, new Version(record.Tick, record.Position.Offset, row));
        foreach (var relation in Definition.Relations.Where(relation => relation.From == record.Position.Topic)) AddRow(relation, key, record, row);
    }

    private void AddRoot(string key, Version version)
    {
        if (!Roots.TryGetValue(key, out var versions)) versions = Roots[key] = [];
        versions.Add(version);
    }

    private void AddRow(RelationDefinition relation, string key, StoredRecord record, JsonObject? row)
    {
        LastRelated[(relation, key)] = row;
        var value = row is null ? null : NaiveKeys.Of(row, relation.Key).SingleOrDefault();
        if (value is not null) _rows.TryAdd((relation, value, key), [Nothing]);
        foreach (var (place, versions) in _rows.Where(entry => entry.Key.Relation == relation && entry.Key.Key == key))
        {
            var seen = place.Value == value ? row : null;
            if (seen is not null || versions[^1].Row is not null) versions.Add(new Version(record.Tick, record.Position.Offset, seen));
        }
    }
}
