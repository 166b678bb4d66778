using EntitySync.Core.Definitions;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.Replay;
using EntitySync.Core.State;

namespace EntitySync.Local.Runner;

/// <summary>How one machine is put together.</summary>
public sealed record RunnerOptions
{
    /// <summary>Port of the HTTP functions; 0 lets the system choose.</summary>
    public int HttpPort { get; init; }

    /// <summary>Port of the Step Functions endpoint; 0 lets the system choose.</summary>
    public int StepFunctionsPort { get; init; }

    /// <summary>Port of the join host's health and status endpoints; 0 lets the system choose.</summary>
    public int JoinPort { get; init; }

    /// <summary>Folder of the definitions; default: the checkout's.</summary>
    public string DefinitionsPath { get; init; } = Checkout.PathOf("infra", "entities");

    /// <summary>Strategy of all relations, whatever the definition says; null for its own.</summary>
    public Strategy? Strategy { get; init; }

    /// <summary>The entity that <see cref="Strategy"/> is meant for; null for all that can take it, while the others keep their own.</summary>
    public string? StrategyEntity { get; init; }

    /// <summary>Partition counts of the definitions times this: the embedded cluster keeps only 5 MiB a partition.</summary>
    public int PartitionFactor { get; init; } = 1;

    /// <summary>Which of the folder's entities run; default: all.</summary>
    public Func<EntityDefinition, bool> Includes { get; init; } = _ => true;

    /// <summary>Changes the definitions before anyone sees them, e.g. to a smaller replay page.</summary>
    public Func<EntityDefinition, EntityDefinition> Adjust { get; init; } = definition => definition;

    /// <summary>
    /// Called when all but the join host runs. What is written to related topics here is in the broadcast tables before the first root record is joined.
    /// </summary>
    public Func<LocalRunner, CancellationToken, Task> BeforeJoinHost { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Times of replays, e.g. a shorter lease.</summary>
    public ReplayOptions Replay { get; init; } = new();

    /// <summary>Wraps the functions' topic writer, e.g. to inject faults.</summary>
    public Func<ITopicWriter, ITopicWriter> WrapWriter { get; init; } = writer => writer;

    /// <summary>Changes the reconciliations before anyone sees them, e.g. to a shorter deadline.</summary>
    public Func<ReconciliationDefinition, ReconciliationDefinition> AdjustReconciliation { get; init; } = definition => definition;

    /// <summary>Wraps the table of reconciliations, e.g. to inject faults.</summary>
    public Func<IReconciliationTable, IReconciliationTable> WrapReconciliations { get; init; } = table => table;

    /// <summary>Bounds of rebuilds, e.g. smaller pages.</summary>
    public RebuildOptions Rebuild { get; init; } = new();

    /// <summary>Wraps the tables of read models, e.g. to inject faults.</summary>
    public Func<IReadModelTable, IReadModelTable> WrapReadModels { get; init; } = table => table;

    /// <summary>Interval of all schedules; null for the template's own.</summary>
    public TimeSpan? ScheduleEvery { get; init; }
}
