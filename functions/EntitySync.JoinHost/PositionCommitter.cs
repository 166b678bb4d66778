using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.JoinHost.Telemetry;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Commits the positions of all owned sources together with what was made from them.
/// <list type="bullet">
/// <item>Exactly-once: emissions, internal records, progress and positions are one transaction.</item>
/// <item>At-least-once: emissions first, then progress (it says that they are out), then positions, each acknowledged before the next.</item>
/// </list>
/// </summary>
internal sealed class PositionCommitter(JoinThreadContext context, ThreadProducer producer, KafkaEmissionSink sink, IReadOnlyCollection<OwnedPartition> owned)
{
    private long _lastCommit = context.Time.GetTimestamp();
    private int _work;

    /// <summary>Something was processed since the last commit.</summary>
    public void OnWork(int records) => _work += records;

    public bool IsDue(bool isIdle)
    {
        if (_work == 0 && !producer.InTransaction && !HasUnsavedProgress()) return false;
        if (_work >= context.Options.CommitRecords) return true;
        var sinceCommit = context.Time.GetElapsedTime(_lastCommit);
        return sinceCommit >= context.Options.CommitInterval || (isIdle && producer.IsTransactional && sinceCommit >= context.Options.IdleCommitInterval);
    }

    /// <returns>True when nothing is left to be committed; false when it was too late, or a rebalance forbids it until later.</returns>
    public bool Commit(RecordConsumer member, Func<bool> isLate)
    {
        _lastCommit = context.Time.GetTimestamp();
        var isCommitted = producer.IsTransactional ? CommitTransaction(member, isLate) : CommitPositions(member, isLate);
        JoinInstruments.Commit(context.Thread, context.Time.GetElapsedTime(_lastCommit), isCommitted);
        if (!isCommitted) return false;
        context.Trace.End();
        _work = 0;
        context.OnCommitted();
        return true;
    }

    private bool CommitTransaction(RecordConsumer member, Func<bool> isLate)
    {
        SaveProgress();
        var sources = Uncommitted();
        if (sources.Count == 0 && !producer.InTransaction) return true;
        if (!sink.Flush(isLate)) return false;
        producer.Commit(Positions(sources), member.ConsumerGroupMetadata, isLate);
        OnCommitted(sources);
        context.Transactions.Committed++;
        return true;
    }

    private bool CommitPositions(RecordConsumer member, Func<bool> isLate)
    {
        if (HasUnsavedProgress())
        {
            if (!sink.Flush(isLate)) return false;
            SaveProgress();
        }

        var sources = Uncommitted();
        if (!sink.Flush(isLate)) return false;
        if (sources.Count == 0) return true;
        try
        {
            member.Commit(Positions(sources));
        }
        catch (KafkaException failure) when (KafkaErrors.IsRebalance(failure.Error))
        {
            context.Logger.LogInformation("Commit waits for the rebalance: {Error}", KafkaErrors.Describe(failure.Error));
            return false;
        }

        OnCommitted(sources);
        return true;
    }

    private bool HasUnsavedProgress() => owned.Any(partition => partition.IsLive && partition.Tasks.Any(task => task.HasUnsavedProgress));

    private void SaveProgress()
    {
        foreach (var partition in owned)
        {
            if (!partition.IsLive) continue;
            foreach (var task in partition.Tasks)
            {
                if (task.HasUnsavedProgress) task.SaveProgress();
            }
        }
    }

    private List<OwnedSource> Uncommitted() => [.. owned.SelectMany(partition => partition.Sources).Where(source => source.HasPosition && source.IsUncommitted)];

    private static List<TopicPartitionOffset> Positions(List<OwnedSource> sources) =>
        sources.ConvertAll(source => new TopicPartitionOffset(source.Partition, source.Next!.Value));

    private static void OnCommitted(List<OwnedSource> sources)
    {
        foreach (var source in sources) source.Committed = source.Next;
    }
}
