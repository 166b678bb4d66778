using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Messages;

/// <summary>The messages of a batch that cannot be used. Written at its end, in one call; what the broker refuses for its size goes with the beginning of it. Thread-safe while they are collected.</summary>
/// <param name="stage">Name of the function.</param>
internal sealed class DeadLetters(ITopicWriter writer, ILogger logger, string stage)
{
    private const int CutValue = 16 * 1024;
    private const int CutKey = 1024;
    private const int LoggedOfAKind = 10;

    private readonly Lock _lock = new();
    private readonly List<Letter> _letters = [];

    public int Count => _letters.Count;

    /// <param name="owner">Whose definition it is, for the log.</param>
    /// <param name="topic">Its dead-letter topic.</param>
    /// <param name="reference">The message.</param>
    /// <param name="reason">Why it cannot be used.</param>
    public void Add(string owner, string topic, in MessageReference reference, string reason)
    {
        lock (_lock) _letters.Add(new Letter(owner, topic, reference, reason));
    }

    /// <returns>Messages that were not written and come again.</returns>
    public async Task<IReadOnlyList<MessageReference>> WriteAsync(CancellationToken cancellationToken)
    {
        if (_letters.Count == 0) return [];
        var results = await writer.WriteAsync(_letters.ConvertAll(Whole), cancellationToken);
        var refused = Enumerable.Range(0, _letters.Count).Where(index => results[index].Outcome == WriteOutcome.Refused).ToList();
        var outcomes = results.Select(result => result.Outcome).ToArray();
        if (refused.Count > 0)
        {
            var again = await writer.WriteAsync(refused.ConvertAll(index => Cut(_letters[index])), cancellationToken);
            for (var i = 0; i < refused.Count; i++) outcomes[refused[i]] = again[i].Outcome;
        }

        return Settle(outcomes);
    }

    private List<MessageReference> Settle(WriteOutcome[] outcomes)
    {
        var failed = new List<MessageReference>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            var (owner, _, reference, reason) = _letters[i];
            if (outcomes[i] != WriteOutcome.Written) failed.Add(reference);
            if (i >= LoggedOfAKind) continue;
            if (outcomes[i] == WriteOutcome.Written) logger.LogWarning("{Position} went to the dead-letter topic of {Entity}: {Reason}", reference.Position, owner, reason);
            else logger.LogWarning("{Position} cannot be written to the dead-letter topic of {Entity} and comes again: {Reason}", reference.Position, owner, reason);
        }

        if (outcomes.Length > LoggedOfAKind) logger.LogWarning("{Further} further messages of this batch cannot be used", outcomes.Length - LoggedOfAKind);
        return failed;
    }

    private OutgoingRecord Whole(Letter letter)
    {
        var record = letter.Reference.Record;
        return DeadLetter.For(letter.Topic, stage, letter.Reference.Position, letter.Reason, record.Key, record.Value, record.Headers);
    }

    // Headers may be what is too large, so none of the record's own goes along.
    private OutgoingRecord Cut(Letter letter)
    {
        var record = letter.Reference.Record;
        var cut = $"{letter.Reason}; too large for the dead-letter topic as well, cut from a value of {record.Value?.Length ?? 0} bytes, a key of {record.Key?.Length ?? 0} bytes and {record.Headers.Count} headers";
        return DeadLetter.For(letter.Topic, stage, letter.Reference.Position, cut, Beginning(record.Key, CutKey), Beginning(record.Value, CutValue), []);
    }

    private static ReadOnlyMemory<byte>? Beginning(ReadOnlyMemory<byte>? bytes, int length) => bytes is { } all && all.Length > length ? all[..length] : bytes;

    private readonly record struct Letter(string Owner, string Topic, MessageReference Reference, string Reason);
}
