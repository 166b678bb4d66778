using System.Text;
using Confluent.Kafka;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.JoinHost;

/// <summary>A record that its topic does not take.</summary>
internal sealed record RefusedRecord(string Topic, byte[]? Key, OutgoingValue Value, string Reason)
{
    private const int ShortenedBytes = 64 * 1024;

    public bool IsDeadLetter => Value.Headers?.TryGetLastBytes(HeaderNames.DeadLetterReason, out _) == true;

    public string? DeadLetterPosition => Text(HeaderNames.DeadLetterPosition);

    /// <summary>Of the dead letter that goes out in the place of an emission: what the emission had, and why.</summary>
    public Headers DeadLetterHeaders()
    {
        var position = Encoding.UTF8.GetBytes(Value.Root?.ToString() ?? "");
        var headers = new Headers();
        if (Value.Headers is null) headers.Add(HeaderNames.RootPosition, position);
        else foreach (var header in Value.Headers) headers.Add(header.Key, header.GetValueBytes());
        headers.Add(HeaderNames.DeadLetterReason, Encoding.UTF8.GetBytes($"{Topic} refuses the emission: {Reason}"));
        headers.Add(HeaderNames.DeadLetterPosition, position);
        headers.Add(HeaderNames.DeadLetterStage, Encoding.UTF8.GetBytes(JoinTopology.Stage));
        return headers;
    }

    /// <summary>A dead letter that is too large itself is cut, and says so.</summary>
    /// <returns>Null when it is no dead letter, or short already.</returns>
    public (byte[] Value, Headers Headers)? Shortened()
    {
        if (!IsDeadLetter || Value.Bytes is not { Length: > ShortenedBytes } value) return null;
        var reason = $"{Text(HeaderNames.DeadLetterReason)}; first {ShortenedBytes} of {value.Length} bytes";
        var headers = new Headers();
        foreach (var header in Value.Headers!.Where(header => header.Key != HeaderNames.DeadLetterReason)) headers.Add(header.Key, header.GetValueBytes());
        headers.Add(HeaderNames.DeadLetterReason, Encoding.UTF8.GetBytes(reason));
        return (value[..ShortenedBytes], headers);
    }

    private string? Text(string name) =>
        Value.Headers is { } headers && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}
