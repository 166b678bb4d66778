namespace EntitySync.Core.State;

public enum WriteOutcome
{
    /// <summary>Acknowledged by all in-sync replicas.</summary>
    Written,

    /// <summary>Not written, the same record may succeed later (broker down, timeout).</summary>
    Failed,

    /// <summary>Not written and never will be (larger than the topic allows).</summary>
    Refused,
}

/// <param name="Outcome">What became of the record.</param>
/// <param name="Reason">Why it was not written; null when it was.</param>
public readonly record struct WriteResult(WriteOutcome Outcome, string? Reason = null);

/// <summary>Writes records to topics. Records of one key keep their order; the call returns when every record has its outcome.</summary>
public interface ITopicWriter
{
    /// <returns>One result a record, in the order of <paramref name="records"/>. Never throws for a broker's answer, only on cancellation.</returns>
    Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken);
}
