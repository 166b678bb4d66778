using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>The code under test, made once for all runs.</summary>
internal sealed class ModelParts
{
    private readonly Dictionary<(ScriptMessage, long), EnrichRecord> _records = [];

    public ModelParts()
    {
        var catalog = new ReconciliationCatalog([SampleReconciliations.OrderShipping()]);
        Batch = new ReconcileBatch(catalog, Table, Writer, Clock, NullLogger<ReconcileBatch>.Instance);
        Sweep = new OverdueSweep(catalog, Table, Clock, NullLogger<OverdueSweep>.Instance);
    }

    /// <summary>What takes the calls of a run, given the table that the run is checked on; that table itself unless it is said.</summary>
    public Func<InMemoryReconciliationTable, IReconciliationTable> Calls { get; init; } = table => table;

    public TestClock Clock { get; } = new();

    public SteppedTable Table { get; } = new();

    public DeadLetterCollector Writer { get; } = new();

    public ReconcileBatch Batch { get; }

    public OverdueSweep Sweep { get; }

    // Old enough to be overdue at once.
    public EnrichRecord RecordOf(ScriptMessage message, long offset)
    {
        if (!_records.TryGetValue((message, offset), out var record)) _records[(message, offset)] = record = message.ToRecord(offset, Clock.GetUtcNow() - TimeSpan.FromDays(3));
        return record;
    }

    /// <summary>Tells the run which messages were dead-lettered.</summary>
    internal sealed class DeadLetterCollector : ITopicWriter
    {
        public ModelRun Run { get; set; } = null!;

        public Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
        {
            foreach (var record in records) Run.Checks.OnDeadLetter(ReconciliationRig.Header(record, HeaderNames.DeadLetterPosition), ReconciliationRig.Header(record, HeaderNames.DeadLetterReason));
            return Task.FromResult<IReadOnlyList<WriteResult>>([.. records.Select(_ => new WriteResult(WriteOutcome.Written))]);
        }
    }
}
