using EntitySync.Core.Definitions;

namespace EntitySync.Core.State;

/// <summary>Makes the dead-letter record of a record that could not be used: its original key, value and headers, and why, where and by whom.</summary>
public static class DeadLetter
{
    public static OutgoingRecord For(
        EntityDefinition definition,
        string stage,
        Position position,
        string reason,
        ReadOnlyMemory<byte>? key,
        ReadOnlyMemory<byte>? value,
        IEnumerable<RecordHeader> headers) => For(definition.DeadLetterTopic(), stage, position, reason, key, value, headers);

    public static OutgoingRecord For(
        string deadLetterTopic,
        string stage,
        Position position,
        string reason,
        ReadOnlyMemory<byte>? key,
        ReadOnlyMemory<byte>? value,
        IEnumerable<RecordHeader> headers) => new()
        {
            Topic = deadLetterTopic,
            Key = key,
            Value = value,
            Headers =
            [
                .. headers,
                RecordHeader.Text(HeaderNames.DeadLetterReason, reason),
                RecordHeader.Text(HeaderNames.DeadLetterPosition, position.ToString()),
                RecordHeader.Text(HeaderNames.DeadLetterStage, stage),
            ],
        };
}
