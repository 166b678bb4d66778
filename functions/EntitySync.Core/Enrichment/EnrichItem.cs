using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

internal enum ItemState
{
    /// <summary>Sound, waits for its rows.</summary>
    NeedsRows,

    /// <summary>To be written to the output topic.</summary>
    Emit,

    /// <summary>To be written to the dead-letter topic.</summary>
    DeadLetter,

    /// <summary>Not to be written, as the definition says.</summary>
    Drop,
}

/// <summary>One record on its way through a chunk.</summary>
internal struct EnrichItem(PartitionCursor cursor, int index)
{
    public PartitionCursor Cursor { get; } = cursor;

    public int Index { get; } = index;

    public readonly EnrichRecord Record => Cursor[Index];

    public readonly Position Position => Cursor.PositionOf(Index);

    public ItemState State { get; set; }

    /// <summary>Why it is dead-lettered.</summary>
    public string? Reason { get; set; }

    public RootScan Scan { get; set; }

    public ReplayMark? Replay { get; set; }

    /// <summary>Where its output document lies in the buffer.</summary>
    public int OutputStart { get; set; }

    public int OutputLength { get; set; }

    /// <summary>Acknowledged, or nothing to write.</summary>
    public bool IsDone { get; set; }

    public void Reject(string reason)
    {
        State = ItemState.DeadLetter;
        Reason = reason;
    }
}
