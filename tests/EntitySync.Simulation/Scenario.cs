using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Simulation.Checks;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation;

/// <summary>A world that does what a test says, step by step: which record is written, which topic is read next.</summary>
public sealed class Scenario : IDisposable
{
    private readonly Dice _dice = new(1);

    public Scenario(SimulationCase simulated)
    {
        World = new SimulatedWorld(simulated, hasTrace: true);
        Settle();
    }

    /// <summary>One node, one partition of everything.</summary>
    public Scenario(params RelationDefinition[] relations)
        : this(new SimulationCase { Definition = DefinitionGrid.Entity(relations), Partitions = 1, RelatedPartitions = 1, Nodes = 1, HasFaults = false })
    {
    }

    public SimulatedWorld World { get; }

    /// <summary>All committed outputs, as <c>key json</c>, a tombstone as <c>key null</c>, in the order of their writing.</summary>
    public IReadOnlyList<string> Outputs => [.. Committed().Select(record => $"{Text(record.Key)} {Text(record.Value)}")];

    /// <summary>What has gone wrong by the checks of the seeds.</summary>
    public IReadOnlyList<string> Problems => SimulationRun.ProblemsOf(WorldHistory.OfAllJoins(World));

    public Scenario Write(string topic, string key, string? value)
    {
        World.Write((topic, Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value), IsBad: false));
        return this;
    }

    public Scenario Root(string key, string? value) => Write(DefinitionGrid.RootTopic, key, value);

    public Scenario Related(string key, string? value, int relation = 0) => Write($"related{relation}", key, value);

    /// <summary>One record of a topic is processed and committed; nothing else moves.</summary>
    public Scenario Take(string topic)
    {
        foreach (var node in World.Nodes)
        {
            if (node.Readable().FirstOrDefault(readable => readable.Record.Position.Topic == topic) is not { Take: { } take }) continue;
            take();
            node.Commit();
            return this;
        }

        throw new InvalidOperationException($"Nothing to be read in {topic}.");
    }

    /// <summary>Everybody works until nothing is left to do.</summary>
    public Scenario Settle()
    {
        new Schedule(World).Settle(_dice);
        return this;
    }

    /// <summary>All nodes die and start again.</summary>
    public Scenario Restart()
    {
        foreach (var node in World.Nodes.ToList()) World.Crash(node, _dice);
        return Settle();
    }

    public void Dispose() => World.Dispose();

    private IEnumerable<StoredRecord> Committed() => World.Log.Topic(World.Topology.EmissionTopic).SelectMany(partition => partition.ReadAll()).OrderBy(record => record.Tick);

    private static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);
}
