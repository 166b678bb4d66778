using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels.Facts;

namespace EntitySync.Core.ReadModels;

/// <summary>Brings one row's events of a batch into the table: one write, again when another writer was there first.</summary>
internal sealed class RowUpdate(IReadModelTable table, TimeProvider clock, RowRun run, RowWork row)
{
    // Each refusal means that another one's write went through.
    private const int Attempts = 100;

    private int _duplicates;

    /// <exception cref="TransientException">All of the events must come again; what was written does no harm then.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var first = run.Events.FirstOf(row.Index);
            if (await TryWriteAsync(first, -1, false, cancellationToken) is null) return;
            for (var one = first; one >= 0; one = run.Events[one].Next) await WriteOneAsync(one, cancellationToken);
        }
        catch (DamagedRowException exception)
        {
            var reason = $"row '{row.Key}' of {run.Version} is damaged: {exception.Message} A rebuild repairs it.";
            row.Bad = null;
            for (var one = run.Events.FirstOf(row.Index); one >= 0; one = run.Events[one].Next) row.Reject(run.Events[one].Reference, reason);
        }
    }

    // Together they are too much for the row: each of them is tried, and those that do not fit are left out.
    private async Task WriteOneAsync(int one, CancellationToken cancellationToken)
    {
        var end = run.Events[one].Next;
        if (await TryWriteAsync(one, end, false, cancellationToken) is not { } tooLarge) return;
        row.Reject(run.Events[one].Reference, tooLarge);
        await TryWriteAsync(one, end, true, cancellationToken);
    }

    /// <returns>Why the row is too large; null when it is written, or nothing was new.</returns>
    private async Task<string?> TryWriteAsync(int first, int end, bool isLeftOut, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (Fold(first, end, isLeftOut) is not { } changed) return Done();
            try
            {
                run.CountWrite();
                var (isWritten, held) = await table.WriteAsync(run.Version, changed, cancellationToken);
                row.Row = isWritten ? changed : held;
                if (isWritten) return Done();
            }
            catch (RowTooLargeException exception)
            {
                return exception.Message;
            }
        }

        throw new TransientException($"{run.Version} '{row.Key}' was changed by others {Attempts} times while {run.Events[first].Reference.Position} was to be written.");
    }

    private string? Done()
    {
        row.Duplicates += _duplicates;
        return null;
    }

    /// <returns>The row with the events; null when it has them all.</returns>
    private ReadModelRow? Fold(int first, int end, bool isLeftOut)
    {
        var fold = run.Rent();
        try
        {
            var applied = 0;
            _duplicates = 0;
            fold.Load(row.Row);
            for (var one = first; one != end; one = run.Events[one].Next)
            {
                ref readonly var next = ref run.Events[one];
                if (fold.Apply(next, run.Events.ChangesOf(next), run.Origin, isLeftOut)) applied++;
                else _duplicates++;
            }

            return applied == 0 ? null : fold.ToRow(row.Key, (row.Row?.Revision ?? 0) + 1, clock.GetUtcNow());
        }
        finally
        {
            run.Return(fold);
        }
    }
}
