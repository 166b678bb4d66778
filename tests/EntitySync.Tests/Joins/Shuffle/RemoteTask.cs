using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>
/// One task of a shuffle relation's remote half with the log it reads. What it sends is kept as text: topic's last word, partition, key, value.
/// The relation is <c>deliveryClass</c> of the item, joined by <c>name</c>; all topics have <see cref="Partitions"/> partitions.
/// </summary>
internal sealed class RemoteTask : IEmissionSink, IDisposable
{
    public const int Partitions = 4;

    private readonly JoinTopology _topology;
    private readonly SubTopology _part;
    private readonly int _partition;
    private readonly JoinOptions _options;
    private readonly List<LogRecord>[] _logs;
    private JoinTask _task;

    public RemoteTask(SubTopologyKind kind, int partition, string column = "name", JoinOptions? options = null)
    {
        var item = SampleDefinitions.Item();
        var relation = item.Relations[0] with { Strategy = Strategy.Shuffle, Key = KeyDefinition.Of(SampleDefinitions.Path(column)) };
        _topology = JoinTopology.BuildTopology(item with { Relations = [relation] });
        _part = _topology.SubTopologies.Single(part => part.Kind == kind);
        _partition = partition;
        _options = options ?? new JoinOptions();
        _logs = [.. _part.Sources.Select(_ => new List<LogRecord>())];
        _task = Create();
    }

    public JoinCounts Counts { get; } = new();

    public List<string> Sent { get; } = [];

    public JoinTask Task => _task;

    /// <summary>Whether each record is followed by the steps it leads to; else the test makes them.</summary>
    public bool MakesSteps { get; set; } = true;

    /// <summary>The partition of every topic that a join value's records are in.</summary>
    public static int PartitionOf(string joinValue) => Murmur2Partitioner.PartitionFor(Encoding.UTF8.GetBytes(joinValue), Partitions);

    public void Related(string? key, string? row) => Process(SourceRole.Related, Bytes(key), Bytes(row));

    /// <param name="origin">Offset in the related topic, partition 0 unless <paramref name="originPartition"/> says else.</param>
    public void Row(string joinValue, string rowKey, long origin, string json, int originPartition = 0) =>
        Process(SourceRole.Rows, RowsKey(joinValue, rowKey), RowsValue(originPartition, origin, json));

    public void RowGone(string joinValue, string rowKey) => Process(SourceRole.Rows, RowsKey(joinValue, rowKey), null);

    public void Ask(string joinValue, int partition, long epoch) => Process(SourceRole.Questions, QuestionKey(joinValue, partition), QuestionValue(epoch));

    public void Withdraw(string joinValue, int partition) => Process(SourceRole.Questions, QuestionKey(joinValue, partition), null);

    public void Process(SourceRole role, byte[]? key, byte[]? value)
    {
        var source = _part.IndexOf(role);
        var record = new LogRecord(source, _partition, _logs[source].Count, 0, OptionalBytes.From(key), OptionalBytes.From(value), []);
        _logs[source].Add(record);
        _task.Process(record);
        while (MakesSteps && _task.HasFanout) _task.Fanout(1);
    }

    /// <summary>Throws the task away and restores a new one from the logs: rows first, then questions.</summary>
    /// <param name="compacted">Only the last record of each key is left.</param>
    public void Restart(bool compacted = false)
    {
        _task.Dispose();
        _task = Create();
        for (var source = _logs.Length - 1; source >= 0; source--)
        {
            foreach (var record in compacted ? Compact(_logs[source]) : _logs[source]) _task.Restore(record);
        }

        _task.CompleteRestore();
    }

    public void Emit(in Emission emission) => throw new NotSupportedException();

    public void Send(in InternalRecord record)
    {
        var key = OptionalBytes.From(record.Key.ToArray());
        var sent = new LogRecord(0, record.Partition, 0, 0, key, OptionalBytes.From(record.IsTombstone ? null : record.Value.ToArray()), []);
        var topic = record.Topic[(record.Topic.LastIndexOf('-') + 1)..];
        Sent.Add($"{topic}-{record.Partition} {(topic == "rows" ? RowsText(sent) : AnswerText(sent))}");
    }

    public void DeadLetter(OutgoingRecord record) => Sent.Add(
        $"dead {Text(record.Key)} {Text(record.Value)}: {Text(record.Headers.Single(header => header.Name == HeaderNames.DeadLetterReason).Value)}");

    public void Dispose() => _task.Dispose();

    private JoinTask Create() => JoinTask.Create(_topology, _part, _partition, new TaskPorts(
        _topology.Topics.ToDictionary(topic => topic, _ => Partitions), this, Counts, NullLogger.Instance, TimeProvider.System) { Options = _options });

    private static IEnumerable<LogRecord> Compact(List<LogRecord> log) =>
        log.GroupBy(record => Convert.ToHexString(record.Key!.Value.Span)).Select(records => records.Last()).OrderBy(record => record.Offset);

    private static string RowsText(in LogRecord record)
    {
        var row = RowsRecord.Read(record, default);
        var key = $"{Text(row.JoinValue)}/{Text(row.RowKey)}";
        return row.IsTombstone ? $"{key} gone" : $"{key} {Text(row.Json)} from {row.OriginPartition}@{row.OriginOffset}";
    }

    private static string AnswerText(in LogRecord record)
    {
        var key = Text(record.Key);
        if (record.Value is not { } value) return $"{key} gone";
        var answer = AnswerRecord.Read(value.Span, default);
        var rows = new List<string>();
        foreach (var row in answer.Rows) rows.Add($"{Text(row.Key)} {Text(row.Json)} from {row.OriginPartition}@{row.OriginOffset}");
        return $"{key} epoch {answer.Epoch} version {answer.Version}: {answer.Reason ?? $"[{string.Join(", ", rows)}]"}";
    }

    private static byte[] RowsKey(string joinValue, string rowKey)
    {
        byte[] buffer = [];
        return RowsRecord.EncodeKey(ref buffer, Bytes(joinValue), Bytes(rowKey)).ToArray();
    }

    private static byte[] RowsValue(int partition, long offset, string json)
    {
        byte[] buffer = [];
        return RowsRecord.EncodeValue(ref buffer, partition, offset, Bytes(json)).ToArray();
    }

    private static byte[] QuestionKey(string joinValue, int partition)
    {
        byte[] buffer = [];
        return QuestionRecord.EncodeKey(ref buffer, Bytes(joinValue), partition).ToArray();
    }

    private static byte[] QuestionValue(long epoch)
    {
        byte[] buffer = [];
        return QuestionRecord.EncodeValue(ref buffer, epoch).ToArray();
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Text(present.Span) : "null";

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
