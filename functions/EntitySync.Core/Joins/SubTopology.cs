using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Joins;

public enum SourceRole
{
    /// <summary>The entity's root records.</summary>
    Root,

    /// <summary>Requests to emit the latest state of a key once more.</summary>
    Replay,

    /// <summary>Rows of related values this task has asked for; written by the answer tasks to the partition that asked.</summary>
    Answers,

    /// <summary>Related rows of a broadcast relation: every thread reads all partitions, its tasks share the table.</summary>
    Broadcast,

    /// <summary>Rows of a shuffle relation or a Debezium root as their owner writes them, keyed by their own key.</summary>
    Related,

    /// <summary>Related rows of a shuffle relation, keyed and partitioned by the join column.</summary>
    Rows,

    /// <summary>Which tasks want the rows of which value; keyed by value and asking partition, partitioned by the value.</summary>
    Questions,

    /// <summary>A task's own notes: how far it has followed broadcast topics, fan-outs under way. Read to its end when a task starts, never afterwards.</summary>
    Progress,
}

/// <summary>A topic that a task reads.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Role">What its records are to the task.</param>
/// <param name="RestoresState">
/// True when a task rebuilds state by reading it again from the beginning: up to the committed position, or, for <see cref="SourceRole.Broadcast"/> and
/// <see cref="SourceRole.Progress"/>, up to the end.
/// </param>
/// <param name="Relation">The relation it belongs to; null for root, replay and progress.</param>
public sealed record JoinSource(string Topic, SourceRole Role, bool RestoresState, RelationDefinition? Relation = null)
{
    /// <summary>True when all partitions are read, false when task <c>p</c> reads partition <c>p</c>.</summary>
    public bool IsWhole => Role == SourceRole.Broadcast;
}

public enum SubTopologyKind
{
    /// <summary>Owns the entities of a partition: joins, emits, fans out.</summary>
    Root,

    /// <summary>Owns a partition of the topic of a relation that has relations of its own: joins its rows and sends them on.</summary>
    Nested,

    /// <summary>Owns a partition of a Debezium root: sends each row on under the entity's key.</summary>
    Intake,

    /// <summary>Owns a partition of a shuffle relation's topic: sends each row on under its join column.</summary>
    Rekey,

    /// <summary>Owns related values of a shuffle relation: answers questions and sends changed rows to whoever asked.</summary>
    Answer,
}

/// <summary>
/// A part of a topology whose sources are read together: task <c>p</c> reads partition <c>p</c> of each source that is not whole. The first source leads:
/// the group protocol hands out its partitions, the others go where it goes.
/// </summary>
/// <param name="Name">Entity name (of a nested join: with the relations' names), plus the relation's name and the kind for a shuffle relation's parts; prefix of task names.</param>
/// <param name="Kind">Which task runs it.</param>
/// <param name="Sources">What it reads; a <see cref="LogRecord.Source"/> is an index into this.</param>
/// <param name="Node">The join it belongs to.</param>
/// <param name="Relation">The shuffle relation of <see cref="SubTopologyKind.Rekey"/> and <see cref="SubTopologyKind.Answer"/>; else null.</param>
public sealed record SubTopology(string Name, SubTopologyKind Kind, ImmutableArray<JoinSource> Sources, JoinNode Node, RelationDefinition? Relation = null)
{
    /// <summary>Index of the leading source; always the first.</summary>
    public const int LeadIndex = 0;

    public JoinSource Lead => Sources[LeadIndex];

    /// <summary>True when its tasks need the thread's <see cref="BroadcastTables"/> of the part.</summary>
    public bool HasTables => Sources.Any(source => source.IsWhole);

    public int IndexOf(SourceRole role)
    {
        for (var index = 0; index < Sources.Length; index++)
        {
            if (Sources[index].Role == role) return index;
        }

        return -1;
    }
}

/// <summary>A topic that only EntitySync writes and reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PartitionsOf">The topic whose partition count it must have.</param>
/// <param name="IsCompacted">True: <c>cleanup.policy=compact</c>; state is restored from it. False: <c>delete</c>.</param>
public sealed record InternalTopic(string Name, string PartitionsOf, bool IsCompacted);
