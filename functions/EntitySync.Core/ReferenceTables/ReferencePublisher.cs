using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReferenceTables;

/// <param name="Published">Rows and tombstones written to the table's topic.</param>
/// <param name="DeadLettered">Changes written to the dead-letter topic instead.</param>
/// <param name="RestartAt">Sequence number of the first change that was not written; it and all after it must come again. Null when all were.</param>
public sealed record PublishResult(int Published, int DeadLettered, string? RestartAt);

/// <summary>
/// Writes the changes of one shard to the table's topic, in waves: changes of different keys go together, a second change of a key waits for
/// the first to be acknowledged. After the wave of a failure nothing more is written, so no key ever goes back to an older row.
/// </summary>
public sealed class ReferencePublisher(ITopicWriter writer, ILogger<ReferencePublisher> log)
{
    public async Task<PublishResult> PublishAsync(IReadOnlyList<RowPublication> changes, CancellationToken cancellationToken)
    {
        var published = 0;
        var deadLettered = 0;
        foreach (var wave in Waves(changes))
        {
            var results = await WriteWaveAsync(wave, cancellationToken);
            var failed = results.FindIndex(result => result is WaveResult.Failed);
            var settled = failed < 0 ? results : results[..failed];
            published += settled.Count(result => result == WaveResult.Published);
            deadLettered += settled.Count(result => result == WaveResult.DeadLettered);
            if (failed >= 0) return new PublishResult(published, deadLettered, wave[failed].SequenceNumber);
        }

        return new PublishResult(published, deadLettered, null);
    }

    private async Task<List<WaveResult>> WriteWaveAsync(List<RowPublication> wave, CancellationToken cancellationToken)
    {
        try
        {
            var results = await writer.WriteAsync([.. wave.Select(change => change.ToRecord())], cancellationToken);
            var settled = new List<WaveResult>(wave.Count);
            for (var index = 0; index < wave.Count; index++) settled.Add(await SettleAsync(wave[index], results[index], cancellationToken));
            return settled;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("Out of time after the wave that begins at {Table}@{SequenceNumber}; it comes again", wave[0].Table, wave[0].SequenceNumber);
            return [.. wave.Select(_ => WaveResult.Failed)];
        }
    }

    private async Task<WaveResult> SettleAsync(RowPublication change, WriteResult result, CancellationToken cancellationToken)
    {
        switch (result.Outcome)
        {
            case WriteOutcome.Written when change.Unusable is null:
                return WaveResult.Published;
            case WriteOutcome.Written:
                log.LogError("{Table}@{SequenceNumber}, key {Key}, cannot be published: {Reason}", change.Table, change.SequenceNumber, change.Key, change.Unusable);
                return WaveResult.DeadLettered;
            case WriteOutcome.Refused:
                return await DeadLetterRefusedAsync(change, result.Reason ?? "refused", cancellationToken);
            default:
                log.LogWarning("{Table}@{SequenceNumber}, key {Key}, was not written and comes again: {Reason}", change.Table, change.SequenceNumber, change.Key, result.Reason);
                return WaveResult.Failed;
        }
    }

    // What one topic refuses for its size the other refuses too; then the reason goes without the bytes, which the table still has.
    private async Task<WaveResult> DeadLetterRefusedAsync(RowPublication change, string reason, CancellationToken cancellationToken)
    {
        foreach (var value in new ReadOnlyMemory<byte>?[] { change.Original, null })
        {
            var result = (await writer.WriteAsync([change.ToDeadLetter(change.Unusable ?? reason, value)], cancellationToken))[0];
            if (result.Outcome == WriteOutcome.Refused) continue;
            return result.Outcome == WriteOutcome.Failed ? WaveResult.Failed : LogDeadLettered(change, reason);
        }

        log.LogError("{Table}@{SequenceNumber}, key {Key}, is refused by its topic and the dead-letter topic: {Reason}", change.Table, change.SequenceNumber, change.Key, reason);
        return WaveResult.Failed;
    }

    private WaveResult LogDeadLettered(RowPublication change, string reason)
    {
        log.LogError("{Table}@{SequenceNumber}, key {Key}, was refused: {Reason}", change.Table, change.SequenceNumber, change.Key, reason);
        return WaveResult.DeadLettered;
    }

    private static IEnumerable<List<RowPublication>> Waves(IReadOnlyList<RowPublication> changes)
    {
        var wave = new List<RowPublication>();
        var keys = new HashSet<(string Table, string Key)>();
        foreach (var change in changes)
        {
            if (change.Key is not null && !keys.Add((change.Table, change.Key)))
            {
                yield return wave;
                wave = [];
                keys = [(change.Table, change.Key)];
            }

            wave.Add(change);
        }

        if (wave.Count > 0) yield return wave;
    }

    private enum WaveResult { Published, DeadLettered, Failed }
}
