using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>What a task emits for one key. Its spans are valid during the call it is passed to; a receiver that keeps bytes copies them.</summary>
public readonly ref struct Emission
{
    public required JoinTopology Topology { get; init; }

    /// <summary>False for a record of a stream root without key.</summary>
    public required bool HasKey { get; init; }

    public required ReadOnlySpan<byte> Key { get; init; }

    public required bool IsTombstone { get; init; }

    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Position of the root record this emission was made from.</summary>
    public required Position RootPosition { get; init; }

    /// <summary>Bytes of the replay message that caused it; empty for a live update.</summary>
    public ReadOnlySpan<byte> Replay { get; init; }

    public RecordHeader[] CopyHeaders()
    {
        var position = RecordHeader.Text(HeaderNames.RootPosition, RootPosition.ToString());
        return Replay.IsEmpty ? [position] : [position, new RecordHeader(HeaderNames.Replay, Replay.ToArray())];
    }

    /// <summary>The emission as a record of its own memory.</summary>
    public OutgoingRecord ToOutgoingRecord() => new()
    {
        Topic = Topology.EmissionTopic,
        Key = OptionalBytes.From(HasKey ? Key.ToArray() : null),
        Value = OptionalBytes.From(IsTombstone ? null : Value.ToArray()),
        Headers = CopyHeaders(),
    };
}
