using EntitySync.Core.Errors;
using EntitySync.Core.State;

namespace EntitySync.Core.ReferenceTables;

public enum RowWriteOutcome { Created, Replaced, Deleted, Missing, ConditionFailed, Refused }

/// <param name="Version">The version written; for <see cref="RowWriteOutcome.ConditionFailed"/> the row's present one; null when there is none.</param>
/// <param name="Reason">Why the row was refused.</param>
public sealed record RowWrite(RowWriteOutcome Outcome, long? Version = null, string? Reason = null);

/// <summary>
/// Writes rows of reference tables, each with a new version: <c>max(old + 1, unix time in ms)</c>, so that versions of a key rise and none
/// is used twice, also after the row was deleted and created again. A write that meets another one starts over with what is there now.
/// </summary>
public sealed class ReferenceRows(IReferenceRowStore store, TimeProvider clock, Func<double> random)
{
    private const int MaximumAttempts = 60;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWaitForClock = TimeSpan.FromSeconds(1);

    public Task<RelatedRow?> ReadAsync(ReferenceTable table, string key, CancellationToken cancellationToken) => store.ReadAsync(table, key, cancellationToken);

    /// <param name="json">The row as one JSON object, with or without its key field, without version (see <see cref="RowBody"/>).</param>
    /// <exception cref="ConflictException">Other writers were faster again and again.</exception>
    public Task<RowWrite> PutAsync(ReferenceTable table, string key, ReadOnlyMemory<byte> json, RowCondition condition, CancellationToken cancellationToken) =>
        UntilSettledAsync(table, key, async () =>
        {
            var mark = await store.ReadMarkAsync(table, key, cancellationToken);
            if (!condition.Holds(mark?.Version)) return new RowWrite(RowWriteOutcome.ConditionFailed, mark?.Version);
            var version = NextVersion(mark);
            var result = await store.PutAsync(table, key, json, version, mark, cancellationToken);
            return result.Outcome switch
            {
                StoreOutcome.Raced => null,
                StoreOutcome.Refused => new RowWrite(RowWriteOutcome.Refused, Reason: result.Reason),
                _ => new RowWrite(mark is null ? RowWriteOutcome.Created : RowWriteOutcome.Replaced, version),
            };
        }, cancellationToken);

    /// <exception cref="ConflictException">Other writers were faster again and again.</exception>
    public Task<RowWrite> DeleteAsync(ReferenceTable table, string key, RowCondition condition, CancellationToken cancellationToken) =>
        UntilSettledAsync(table, key, async () =>
        {
            // RFC 9110, 13.2.1: a condition does not count when the answer would be an error without it.
            if (await store.ReadMarkAsync(table, key, cancellationToken) is not { } mark) return new RowWrite(RowWriteOutcome.Missing);
            if (!condition.Holds(mark.Version)) return new RowWrite(RowWriteOutcome.ConditionFailed, mark.Version);
            await WaitUntilPastAsync(mark.Version, cancellationToken);
            var result = await store.DeleteAsync(table, key, mark, cancellationToken);
            return result.Outcome == StoreOutcome.Done ? new RowWrite(RowWriteOutcome.Deleted, mark.Version) : null;
        }, cancellationToken);

    private long NextVersion(RowMark? mark) => Math.Max((mark?.Version ?? 0) + 1, Now());

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    // Writes within one millisecond run ahead of the clock; a row created after this delete takes its version from the clock alone.
    private async Task WaitUntilPastAsync(long version, CancellationToken cancellationToken)
    {
        var ahead = version - Now() + 1;
        if (ahead > 0 && ahead <= LongestWaitForClock.TotalMilliseconds) await Task.Delay(TimeSpan.FromMilliseconds(ahead), clock, cancellationToken);
    }

    private async Task<RowWrite> UntilSettledAsync(ReferenceTable table, string key, Func<Task<RowWrite?>> attempt, CancellationToken cancellationToken)
    {
        for (var count = 0; count < MaximumAttempts; count++)
        {
            if (await attempt() is { } settled) return settled;
            var upTo = Math.Min(10 * Math.Pow(2, count), LongestPause.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(upTo * random()), clock, cancellationToken);
        }

        throw new ConflictException($"Row '{key}' of '{table.Name}' changed under {MaximumAttempts} attempts to write it.");
    }
}
