using Confluent.Kafka;
using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>
/// One partition of a topic that goes with an <see cref="OwnedPartition"/>: the lead itself, or a partition that follows it. Several parts may read it.
/// </summary>
internal sealed class OwnedSource(OwnedPartition owner, TopicPartition partition, bool isLead)
{
    private readonly List<(int Part, int Source, bool RestoresState)> _targets = [];

    public OwnedPartition Owner => owner;

    public TopicPartition Partition => partition;

    public bool IsLead => isLead;

    /// <summary>What the records are to the first part that reads them; the role of a follower is the same to all.</summary>
    public SourceRole Role { get; private set; }

    public bool RestoresState { get; private set; }

    /// <summary>Progress is read when a task starts and then only written: it has no position of its own.</summary>
    public bool HasPosition => Role != SourceRole.Progress;

    /// <summary>Next offset to be processed; null when nothing has been processed yet.</summary>
    public long? Next { get; private set; }

    /// <summary>What the group holds; null when there is nothing yet.</summary>
    public long? Committed { get; set; }

    public bool IsUncommitted => Next is { } next && next != Committed;

    /// <summary>
    /// Order in which a task's sources are restored: what it noted and what it was told come before what it is about, so that
    /// an entity restored last finds what belongs to it.
    /// </summary>
    public int RestoreRank => isLead ? int.MaxValue : Role == SourceRole.Progress ? 0 : 1;

    public Offset StartOffset => Committed is { } committed ? committed : Offset.Beginning;

    /// <param name="part">Index of a part in its partition's plan.</param>
    public bool IsReadBy(int part) => _targets.Exists(target => target.Part == part);

    /// <param name="part">Index of the part in its partition's plan.</param>
    /// <param name="index">Index of the source in the part.</param>
    /// <param name="source">The source itself.</param>
    public void AddTarget(int part, int index, JoinSource source)
    {
        if (_targets.Count == 0) Role = source.Role;
        RestoresState |= source.RestoresState;
        _targets.Add((part, index, source.RestoresState));
    }

    public void Process(ConsumedRecord result)
    {
        owner.Trace?.Note(result, Role);
        foreach (var (part, source, _) in _targets) owner.Tasks[part].Process(result.ToLogRecord(source));
        Next = result.Offset.Value + 1;
    }

    public void Restore(ConsumedRecord result)
    {
        foreach (var (part, source, restoresState) in _targets)
        {
            if (restoresState) owner.Tasks[part].Restore(result.ToLogRecord(source));
        }
    }
}
