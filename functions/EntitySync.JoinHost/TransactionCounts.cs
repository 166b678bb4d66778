namespace EntitySync.JoinHost;

/// <summary>Transactions of one thread since the process started. Written by the thread, read by any.</summary>
internal sealed class TransactionCounts
{
    public long Committed { get; set; }

    public long Aborted { get; set; }
}
