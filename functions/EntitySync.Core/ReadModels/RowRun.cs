using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Facts;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels;

/// <summary>Is told of rows that a batch has dealt with.</summary>
internal interface IWrittenRows
{
    /// <summary>Marks a row as failed when it could not be told.</summary>
    Task TellAsync(RowRun run, IReadOnlyList<RowWork> rows, CancellationToken cancellationToken);
}

/// <summary>One row of a batch.</summary>
internal sealed class RowWork(int index, string key, ReadModelRow? held)
{
    /// <summary>Among the rows of the batch.</summary>
    public int Index => index;

    public string Key => key;

    /// <summary>The row as it was read, and as it is after the write; null when there is none.</summary>
    public ReadModelRow? Row { get; set; } = held;

    public bool IsFailed { get; set; }

    /// <summary>Events that had been applied before.</summary>
    public int Duplicates { get; set; }

    /// <summary>Events that the row does not take; null for none.</summary>
    public List<BadMessage>? Bad { get; set; }

    public void Reject(in MessageReference reference, string reason) => (Bad ??= []).Add(new BadMessage(reference, reason));
}

/// <summary>One batch for one version.</summary>
internal sealed class RowRun(ReadModelVersionId version, CompiledReadModel model, BatchEvents events, EventOrigin origin, IWrittenRows? written)
{
    private readonly List<MessageReference> _failed = [];
    private int _writes;
    private int _duplicates;
    private int _failedRows;

    public ReadModelVersionId Version => version;

    public BatchEvents Events => events;

    public EventOrigin Origin => origin;

    public IWrittenRows? Written => written;

    public void CountWrite() => Interlocked.Increment(ref _writes);

    /// <summary>A fold that nobody uses; <see cref="Return"/> it before anything is awaited.</summary>
    public RowFold Rent() => model.SpareFolds.TryTake(out var fold) ? fold : new RowFold(model);

    public void Return(RowFold fold)
    {
        fold.Clear();
        model.SpareFolds.Add(fold);
    }

    public string[] Keys(int first, int last)
    {
        var keys = new string[last - first];
        for (var i = 0; i < keys.Length; i++) keys[i] = events.Key(first + i);
        return keys;
    }

    /// <summary>Rows whose messages come again.</summary>
    public void Fail(int first, int last)
    {
        for (var row = first; row < last; row++) Fail(row);
    }

    public void Settle(RowWork row)
    {
        if (row.IsFailed)
        {
            Fail(row.Index);
            return;
        }

        _duplicates += row.Duplicates;
        if (row.Bad is { } bad) events.Bad.AddRange(bad);
    }

    public RowBatchResult Result() =>
        new(_failed, events.Bad, new RowBatchCounts(events.Count, _duplicates, events.Rows, _writes, _failedRows));

    private void Fail(int row)
    {
        _failedRows++;
        for (var one = events.FirstOf(row); one >= 0; one = events[one].Next) _failed.Add(events[one].Reference);
    }
}
