using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// One partition of a part of a topology: takes records one by one, owns its state, writes through its sink. Single-threaded and synchronous.
/// <list type="bullet">
/// <item>A new task is given <see cref="Restore"/> for each record of the sources that restore state, source by source, in offset order; then
/// <see cref="CompleteRestore"/> once; then <see cref="Process"/> and <see cref="Fanout"/> in any order its owner likes.</item>
/// <item>When <see cref="Process"/> returns, what the record leads to has been given to the sink, but for fan-outs, which go on in steps.</item>
/// <item>Before a commit the owner calls <see cref="SaveProgress"/>; what it writes belongs to that commit.</item>
/// </list>
/// </summary>
public abstract class JoinTask : IDisposable
{
    private protected JoinTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, ports.Partitions[part.Lead.Topic]);
        Context = new TaskContext(topology, part, ports, partition);
    }

    public JoinTopology Topology => Context.Topology;

    public SubTopology Part => Context.Part;

    public int Partition => Context.Partition;

    /// <summary>Number of rows held.</summary>
    public abstract long Rows { get; }

    /// <summary>Bytes of keys and values held.</summary>
    public abstract long StateBytes { get; }

    /// <summary>Bytes of memory that state and indexes take.</summary>
    public abstract long AllocatedBytes { get; }

    /// <summary>Entities that wait for a visit, and why; empty when no fan-out is under way.</summary>
    public virtual IReadOnlyList<FanoutStatus> Fanouts => [];

    public virtual bool HasFanout => false;

    /// <summary>True when <see cref="SaveProgress"/> would write something.</summary>
    public virtual bool HasUnsavedProgress => false;

    /// <summary>
    /// True while its owner should give it no record of the leading source: so many wait for answers. Fan-outs and the other sources make room; a record that comes nevertheless
    /// is taken.
    /// </summary>
    public virtual bool IsFull => false;

    private protected TaskContext Context { get; }

    /// <param name="topology">What to do.</param>
    /// <param name="part">Which part of it.</param>
    /// <param name="partition">The partition of every source that is not whole.</param>
    /// <param name="ports">Sink, counts, log and clock.</param>
    /// <param name="tables">The broadcast tables of the task's thread for the part; restored completely. Null when it has none.</param>
    public static JoinTask Create(JoinTopology topology, SubTopology part, int partition, TaskPorts ports, BroadcastTables? tables = null) => part.Kind switch
    {
        SubTopologyKind.Root or SubTopologyKind.Nested => new RootTask(topology, part, partition, ports, tables),
        SubTopologyKind.Rekey or SubTopologyKind.Intake => new RekeyTask(topology, part, partition, ports),
        SubTopologyKind.Answer => new AnswerTask(topology, part, partition, ports),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part.Kind, null),
    };

    /// <summary>Rebuilds state from a record that was processed before: emits nothing, dead-letters nothing.</summary>
    public abstract void Restore(in LogRecord record);

    public virtual void CompleteRestore()
    {
    }

    public abstract void Process(in LogRecord record);

    /// <summary>Goes on with fan-outs: visits some <paramref name="entities"/> entities, or fewer when there are fewer.</summary>
    /// <returns>Entities visited.</returns>
    public virtual int Fanout(int entities) => 0;

    public virtual void SaveProgress()
    {
    }

    /// <returns>Null when the key has no root row, or the task owns no entities.</returns>
    public virtual EntityExplanation? Explain(ReadOnlySpan<byte> key) => null;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
