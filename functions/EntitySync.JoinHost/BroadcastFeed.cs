using Confluent.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>The broadcast tables of one part on their way from empty to complete, and then up to date.</summary>
internal sealed class BroadcastFeed(SubTopology part, IReadOnlyDictionary<string, int> partitionCounts, JoinThreadContext context)
{
    private readonly Dictionary<TopicPartition, long> _passed = [];
    private readonly Dictionary<TopicPartition, (long Position, long End)> _open = [];

    public SubTopology Part => part;

    public BroadcastTables Tables { get; } = new(part, partitionCounts, context.Options.Join!);

    public RestoreProgress Progress { get; } = new($"{part.Name} related rows", context.Time);

    /// <summary>True when the tables hold what the topics held when the last root partition came; root tasks can be made with them.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The tables are not ready before they have passed this end.</summary>
    public void Expect(TopicPartition partition, long first, long end)
    {
        var position = Math.Max(first, _passed.GetValueOrDefault(partition));
        if (position >= end) return;
        if (_open.Remove(partition, out var before)) Progress.Total -= before.End - before.Position;
        _open[partition] = (position, end);
        Progress.Total += end - position;
        IsReady = false;
    }

    public void CompleteWhenDone()
    {
        if (IsReady || _open.Count > 0) return;
        IsReady = true;
        context.Logger.LogInformation(
            "Related rows of {Part}: {Rows} rows, {Bytes} bytes, {Seconds:F1} s", part.Name, Tables.Rows, Tables.Bytes, Progress.Seconds);
    }

    /// <param name="result">A record of one of the partitions.</param>
    /// <param name="source">Index of the source among the part's sources.</param>
    public void Take(ConsumedRecord result, int source)
    {
        Tables.Process(result.ToLogRecord(source));
        if (!IsReady) Progress.Records++;
    }

    /// <summary>Told after all sources that read the partition have taken the record.</summary>
    public void OnPassed(ConsumedRecord result)
    {
        var position = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
        _passed[result.TopicPartition] = position;
        if (!IsReady) MoveTo(result.TopicPartition, position);
    }

    private void MoveTo(TopicPartition partition, long position)
    {
        if (!_open.TryGetValue(partition, out var range)) return;
        Progress.Done += Math.Max(0, Math.Min(position, range.End) - range.Position);
        if (position < range.End)
        {
            _open[partition] = (Math.Max(position, range.Position), range.End);
            return;
        }

        _open.Remove(partition);
        CompleteWhenDone();
    }
}
