using System.Globalization;
using System.Text;

namespace EntitySync.Core.State;

/// <summary>Where a record stands: topic, partition, offset.</summary>
public readonly record struct Position(string Topic, int Partition, long Offset)
{
    /// <summary><c>items-3@1234</c>, as logs, headers and errors print it.</summary>
    public override string ToString() => $"{Topic}-{Partition}@{Offset}";

    /// <returns>Null when the text is none that <see cref="ToString"/> makes.</returns>
    public static Position? TryParse(string text)
    {
        var at = text.LastIndexOf('@');
        var dash = at < 0 ? -1 : text.LastIndexOf('-', at);
        return dash > 0 && int.TryParse(text.AsSpan((dash + 1)..at), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new Position(text[..dash], partition, offset)
            : null;
    }
}

/// <summary>Header of a record; the value is opaque bytes.</summary>
public readonly record struct RecordHeader(string Name, ReadOnlyMemory<byte> Value)
{
    public static RecordHeader Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}

/// <summary>Names of the headers EntitySync writes.</summary>
public static class HeaderNames
{
    /// <summary>The <see cref="Replay.ReplayMessage"/> that caused this emission (JSON); absent on live updates.</summary>
    public const string Replay = "entitysync-replay";

    /// <summary>Position of the root record an emission was made from; a duplicate emission carries the same.</summary>
    public const string RootPosition = "entitysync-root-position";

    /// <summary>Which transition of a reconciliation a record tells, <c>order-shipping/o-1@7</c> (the version that it made); a duplicate carries the same.</summary>
    public const string Transition = "entitysync-transition";

    /// <summary>Why a record is in the dead-letter topic.</summary>
    public const string DeadLetterReason = "entitysync-dead-letter-reason";

    /// <summary>Position of the record that could not be used.</summary>
    public const string DeadLetterPosition = "entitysync-dead-letter-position";

    /// <summary>Who could not use it: <c>join</c> or a function's name.</summary>
    public const string DeadLetterStage = "entitysync-dead-letter-stage";
}

/// <summary>A record to be written. The partition follows from the key (murmur2, as Java clients do) unless it is given.</summary>
public sealed record OutgoingRecord
{
    public required string Topic { get; init; }

    public int? Partition { get; init; }

    /// <summary>Key bytes; null for a record without key.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>Value bytes; null for a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    public IReadOnlyList<RecordHeader> Headers { get; init; } = [];
}
