using EntitySync.Core.Definitions;

namespace EntitySync.Core.Joins.Debezium;

/// <summary>Reads the records of a related topic as changes of rows, in the format of its relation. Not thread-safe.</summary>
/// <param name="format">How the topic is written.</param>
/// <param name="partitions">Partitions of the topic.</param>
public sealed class RelatedRecords(DocumentFormat format, int partitions)
{
    private readonly DebeziumKey _key = new();
    private readonly (byte[] Key, int Length)[] _deleted = [.. Enumerable.Repeat((Array.Empty<byte>(), -1), partitions)];

    /// <param name="record">The next record of its partition.</param>
    /// <param name="row">The record with the row's own key and the row as its value; valid until the next record is read.</param>
    /// <param name="problem">Why the record cannot be used.</param>
    public ChangeKind Read(in LogRecord record, out LogRecord row, out string? problem)
    {
        row = record;
        problem = null;
        if (format == DocumentFormat.Json) return record.Value is null ? ChangeKind.Delete : ChangeKind.Upsert;
        var change = record.Value is { } value ? DebeziumEnvelope.Read(value.Span) : new DebeziumEnvelope(ChangeKind.Delete);
        problem = change.Problem ?? ProblemOf(change.Kind, record, ref row);
        if (problem is not null) return ChangeKind.Bad;
        if (change.Kind == ChangeKind.Upsert) row = row with { Value = record.Value!.Value.Slice(change.Start, change.Length) };
        else row = row with { Value = null };
        return IsRepeated(change.Kind, row) ? ChangeKind.Repeat : change.Kind;
    }

    private string? ProblemOf(ChangeKind kind, in LogRecord record, ref LogRecord row)
    {
        if (kind == ChangeKind.Truncate && partitions > 1)
        {
            return $"the table was truncated: such an event has no key and stands in one of the topic's {partitions} partitions, in no order with the rows of the others; "
                + "let the connector skip it and delete the rows, or use a topic of one partition";
        }

        if (kind is not (ChangeKind.Upsert or ChangeKind.Delete)) return null;
        if (record.Key is not { } key) return "the change event has no key: its table needs a primary key, or the connector message.key.columns";
        if (_key.Read(key.Span, out var text) is { } problem) return problem;
        row = record with { Key = text };
        return null;
    }

    /// <summary>The tombstone that follows a delete says nothing new. Taken as a delete of an unknown row it would cost a visit of all entities.</summary>
    private bool IsRepeated(ChangeKind kind, in LogRecord row)
    {
        ref var deleted = ref _deleted[row.Partition];
        if (kind != ChangeKind.Delete)
        {
            deleted.Length = -1;
            return false;
        }

        var key = row.Key!.Value.Span;
        if (deleted.Length >= 0 && key.SequenceEqual(deleted.Key.AsSpan(0, deleted.Length))) return true;
        if (deleted.Key.Length < key.Length) deleted.Key = new byte[key.Length];
        key.CopyTo(deleted.Key);
        deleted.Length = key.Length;
        return false;
    }
}
