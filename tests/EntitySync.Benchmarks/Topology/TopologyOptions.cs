namespace EntitySync.Benchmarks.Topology;

/// <summary>What the command line of <c>topology</c> says.</summary>
internal sealed record TopologyOptions
{
    /// <summary>Numbers of items, one table each.</summary>
    public IReadOnlyList<int> Items { get; init; } = [];

    public int Runs { get; init; }

    public int Seed { get; init; }

    /// <summary>Updates of a measured stretch, at least; fewer items go round several times.</summary>
    public int LeastUpdates { get; init; }

    /// <summary>Updates that come while a fan-out of all items runs.</summary>
    public int LiveUpdatesPerSecond { get; init; }

    /// <summary>Items that a fan-out visits before live updates are looked at again.</summary>
    public int FanoutStep { get; init; }

    /// <summary>Records and visits between two commits, as in the container.</summary>
    public int CommitRecords { get; init; }

    /// <summary>Leaves the naive join out, for a profiler.</summary>
    public bool WithoutNaive { get; init; }

    /// <summary>Null: in process, without a broker. <c>embedded</c>: the mock cluster of infra/local.</summary>
    public string? Bootstrap { get; init; }

    public string? Save { get; init; }
}
