using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Oracle;

namespace EntitySync.Simulation.Checks;

/// <summary>A version of a row; null when it is deleted, or is not (or no longer) where it is looked for.</summary>
public sealed record Version(long Tick, long Offset, JsonObject? Row);

/// <summary>Everything the world outside wrote and everything that came of it, ordered for the checks.</summary>
public sealed class WorldHistory
{
    private static readonly Version Nothing = new(0, -1, null);

    private readonly Dictionary<(RelationDefinition Relation, string Value, string Key), List<Version>> _rows = [];

    public WorldHistory(SimulatedWorld world)
    {
        World = world;
        foreach (var written in world.Written.Where(written => !written.IsBad && written.Record.Position.Topic != Definition.ReplayTopic())) Add(written.Record);
        Outputs = world.Log.Topic(world.Topology.EmissionTopic)
            .SelectMany(partition => partition.ReadAll())
            .Select(OutputRecord.From)
            .GroupBy(output => output.Key)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
    }

    public SimulatedWorld World { get; }

    public EntityDefinition Definition => World.Case.Definition;

    /// <summary>All good versions of each root, oldest first.</summary>
    public Dictionary<string, List<Version>> Roots { get; } = new(StringComparer.Ordinal);

    public Dictionary<(RelationDefinition Relation, string Key), JsonObject?> LastRelated { get; } = [];

    /// <summary>The full list of outputs of each key.</summary>
    public IReadOnlyDictionary<string, List<OutputRecord>> Outputs { get; }

    /// <summary>True when some state of the tables forbids an output of a root that exists.</summary>
    public bool MayForbid => Definition.Relations.Any(relation =>
        relation.Missing.Action is MissingAction.Drop or MissingAction.Reject || (relation.Pick is null && !relation.Many));

    public bool HasShuffle => Definition.Relations.Any(relation => relation.Strategy == Strategy.Shuffle);

    public JsonObject? FinalOutput(JsonObject root) => NaiveJoin.Apply(Definition, root, relation =>
        LastRelated.Where(entry => entry.Key.Relation == relation && entry.Value is not null).Select(entry => (entry.Key.Key, entry.Value!)));

    /// <summary>Versions of a row as seen under one value, equal neighbours counted once; the first is "not there".</summary>
    public IReadOnlyList<Version> RowsUnder(RelationDefinition relation, string value, string key) =>
        _rows.TryGetValue((relation, value, key), out var versions) ? versions : [Nothing];

    public IEnumerable<string> RelatedKeys(RelationDefinition relation) =>
        LastRelated.Keys.Where(entry => entry.Relation == relation).Select(entry => entry.Key).Order(StringComparer.Ordinal);

    private void Add(StoredRecord record)
    {
        var key = Encoding.UTF8.GetString(record.Key!);
        var row = record.Value is null ? null : NaiveJoin.Parse(record.Value);
        if (record.Position.Topic == Definition.Root.Topic) AddRoot(key, new Version(record.Tick, record.Position.Offset, row));
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
        var value = row is null ? null : NaiveJoin.Values(row, relation.Key.Path!).Select(NaiveJoin.Text).SingleOrDefault();
        if (value is not null) _rows.TryAdd((relation, value, key), [Nothing]);
        foreach (var (place, versions) in _rows.Where(entry => entry.Key.Relation == relation && entry.Key.Key == key))
        {
            var seen = place.Value == value ? row : null;
            if (seen is not null || versions[^1].Row is not null) versions.Add(new Version(record.Tick, record.Position.Offset, seen));
        }
    }
}
