using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;

namespace EntitySync.Core.ReferenceTables;

/// <summary>One change of a reference table on its way to the table's topic.</summary>
/// <param name="Table">Logical table name; also the topic.</param>
/// <param name="Key">The row's key; null when it has none that can be a record key.</param>
/// <param name="SequenceNumber">The change's place in its shard.</param>
/// <param name="Value">The row as canonical JSON with its version; null when it was deleted.</param>
/// <param name="Unusable">Why the change cannot be published; null when it can.</param>
/// <param name="Original">The change as it came, for the dead-letter topic.</param>
public sealed record RowPublication(string Table, string? Key, string SequenceNumber, ReadOnlyMemory<byte>? Value, string? Unusable, ReadOnlyMemory<byte> Original)
{
    private const string Stage = "PublishReference";

    public OutgoingRecord ToRecord() => Unusable is null
        ? new OutgoingRecord { Topic = Table, Key = KeyBytes(), Value = Value }
        : ToDeadLetter(Unusable, Original);

    /// <param name="value">Null when even the dead-letter topic refused the bytes; reason, place and key remain.</param>
    public OutgoingRecord ToDeadLetter(string reason, ReadOnlyMemory<byte>? value) => new()
    {
        Topic = TopicNames.ReferenceDeadLetterTopic(Table),
        Key = KeyBytes(),
        Value = value,
        Headers =
        [
            RecordHeader.Text(HeaderNames.DeadLetterReason, reason),
            RecordHeader.Text(HeaderNames.DeadLetterPosition, $"{Table}@{SequenceNumber}"),
            RecordHeader.Text(HeaderNames.DeadLetterStage, Stage),
        ],
    };

    // A null array would turn into empty bytes, not into no bytes.
    private ReadOnlyMemory<byte>? KeyBytes() => Key is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(Key);
}
