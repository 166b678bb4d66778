namespace EntitySync.Local.Advise;

/// <summary>What is asked about: items, each naming some of the classes.</summary>
/// <param name="Items">Items in the root topic.</param>
/// <param name="Classes">Related rows.</param>
/// <param name="ClassChangesPerDay">Changed classes a day, one at a time.</param>
/// <param name="ItemChangesPerSecond">Changed items a second, on average.</param>
public sealed record Workload(long Items, long Classes, double ClassChangesPerDay, double ItemChangesPerSecond)
{
    /// <summary>Classes that an item names, all different.</summary>
    public int RowsPerItem { get; init; } = 1;

    /// <summary>Key and document of an item.</summary>
    public int ItemBytes { get; init; } = 2000;

    /// <summary>Key and document of a class.</summary>
    public int RowBytes { get; init; } = 200;

    /// <summary>Partitions of the root topic; null: 12, or as many as containers are needed.</summary>
    public int? Partitions { get; init; }

    /// <summary>Join threads at least, one a container.</summary>
    public int Threads { get; init; } = Assumptions.DefaultThreads;

    /// <summary>Ids that a replay publishes a second; a guess, since the id source decides.</summary>
    public double IdsPerSecond { get; init; } = Assumptions.DefaultIdsPerSecond;

    /// <summary>Megabytes a second that the brokers take from all containers, or give to them; a guess.</summary>
    public double BrokerMegabytesPerSecond { get; init; } = Assumptions.DefaultBrokerMegabytes;

    /// <summary>Items that name one class, on average.</summary>
    public double Affected => (double)Items * RowsPerItem / Classes;

    /// <summary>Changed classes a month.</summary>
    public double ClassChanges => ClassChangesPerDay * Assumptions.DaysPerMonth;

    /// <summary>Changed items a month.</summary>
    public double ItemChanges => ItemChangesPerSecond * Assumptions.SecondsPerMonth;

    /// <summary>Emissions a month that changed classes lead to, if none of them coalesce and all of them change the output.</summary>
    public double FollowUps => ClassChanges * Affected;
}
