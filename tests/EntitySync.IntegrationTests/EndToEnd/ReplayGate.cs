using EntitySync.Core.State;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>The functions' topic writer; a test may look at each write of replay records before it happens, hold it, or fail it.</summary>
internal sealed class ReplayGate(ITopicWriter inner) : ITopicWriter
{
    /// <summary>Called before replay records are written; returns how many of them are to be written before the call fails with <see cref="Failure"/>, or null for all.</summary>
    public Func<IReadOnlyList<OutgoingRecord>, Task<int?>>? Before { get; set; }

    public Func<Exception> Failure { get; set; } = () => new Core.Errors.TransientException("injected by the test");

    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        if (Before is not { } before || records.Count == 0 || records[0].Topic != "item-replay") return await inner.WriteAsync(records, cancellationToken);
        if (await before(records) is not { } some) return await inner.WriteAsync(records, cancellationToken);
        await inner.WriteAsync([.. records.Take(some)], cancellationToken);
        throw Failure();
    }
}
