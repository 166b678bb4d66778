using EntitySync.Core.State;

namespace EntitySync.Local.EventSources;

/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="IsLogAppendTime">The broker set the time stamp, not the producer.</param>
internal sealed record KafkaRecord(
    Position Position,
    long Timestamp,
    bool IsLogAppendTime,
    byte[]? Key,
    byte[]? Value,
    IReadOnlyList<RecordHeader> Headers)
{
    /// <summary>Name of the partition in events and responses.</summary>
    public string PartitionName => $"{Position.Topic}-{Position.Partition}";

    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(Timestamp);

    /// <summary>Bytes the record takes in an event, never less than it does: base64, and up to five characters a header byte.</summary>
    public int EventBytes => 256 + Base64(Key) + Base64(Value) + (2 * Position.Topic.Length) + Headers.Sum(header => 16 + (6 * header.Name.Length) + (5 * header.Value.Length));

    private static int Base64(byte[]? bytes) => bytes is null ? 0 : ((bytes.Length + 2) / 3) * 4;
}
