using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Reconciliation;

/// <summary>
/// Brings a batch of messages of expected and arrived topics into the table. The caller may rely on this:
/// <list type="bullet">
/// <item>All messages of an entity are one conditional write, or one more when they make it complete; nothing is read.</item>
/// <item>Whatever comes twice, late or at the same time elsewhere, an entity becomes complete once, and only with all that is expected of it then.</item>
/// <item>A message that cannot be used goes to the dead-letter topic with reason, position and original bytes; the others go on.</item>
/// <item>An entity that fails fails alone: its messages come again, in order, and with them those behind it, which have been dealt with and do no harm.</item>
/// <item>When time runs short, what is left comes again; the first entities are taken in any case, so every batch makes progress.</item>
/// </list>
/// Thread-safe; batches may run side by side.
/// </summary>
public sealed class ReconcileBatch(
    ReconciliationCatalog catalog, IReconciliationTable table, ITopicWriter writer, TimeProvider clock, ILogger<ReconcileBatch> logger, ReconcileOptions? options = null)
{
    private readonly CompiledReconciliations _compiled = new();
    private readonly CompleteTransition _complete = new(table, clock);
    private readonly ReconcileOptions _options = options ?? new ReconcileOptions();

    /// <param name="partitions">Records grouped by topic and partition, each group in the order of offsets.</param>
    /// <param name="remaining">Time left to the caller, asked before each entity.</param>
    /// <param name="cancellationToken">Gives up the batch; nothing is known to be done then.</param>
    /// <exception cref="InvalidRequestException">A topic that no reconciliation reads, or a table that may not be written.</exception>
    public async Task<ReconcileResult> RunAsync(IReadOnlyList<PartitionRecords> partitions, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        var deadLetters = new DeadLetters(writer, logger, "Reconcile");
        var messages = new BatchMessages(catalog, _compiled, deadLetters, new FieldValues());
        messages.Read(partitions);
        var run = new Run(messages.Entities, deadLetters, remaining);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(_options.Parallel, run.Entities.Count)).Select(_ => WorkAsync(run, cancellationToken)));

        var unwritten = await deadLetters.WriteAsync(cancellationToken);
        var failed = run.Entities.FindAll(entity => entity.IsFailed);
        var counts = new ReconcileCounts(
            partitions.Sum(partition => partition.Records.Count), run.Entities.Count - failed.Count, run.Completed, deadLetters.Count - unwritten.Count, failed.Count);
        logger.LogInformation(
            "Reconciled {Messages} messages of {Entities} entities: {Completed} complete, {DeadLettered} messages dead-lettered, {Unfinished} entities unfinished",
            counts.Messages, counts.Entities, counts.Completed, counts.DeadLettered, counts.Unfinished);
        return new ReconcileResult(MessageReference.FirstOfEach(failed.SelectMany(entity => entity.All).Concat(unwritten)), counts);
    }

    private async Task WorkAsync(Run run, CancellationToken cancellationToken)
    {
        var values = new FieldValues();
        for (var isFirst = true; run.Next(isFirst, _options.SafetyMargin) is { } entity; isFirst = false) await ReconcileAsync(run, entity, values, cancellationToken);
    }

    private async Task ReconcileAsync(Run run, EntityMessages entity, FieldValues values, CancellationToken cancellationToken)
    {
        try
        {
            var writer = new EntityWriter(table, clock, run.DeadLetters, _options, values, entity);
            if (await writer.WriteAsync(cancellationToken) is { } state)
            {
                var outcome = await _complete.TryAsync(entity.Compiled, state, values, cancellationToken);
                if (outcome.IsCompletedNow) run.CountCompleted();
                Log(outcome);
            }

            entity.IsFailed = false;
        }
        catch (TransientException exception)
        {
            logger.LogWarning(exception, "{Entity} {Id} cannot be written now; its messages come again", entity.Compiled.Entity, entity.Id);
        }
    }

    private void Log(in CompleteTransition.Outcome outcome)
    {
        if (outcome is not { State: { } state, Evaluation: { } evaluation }) return;
        if (evaluation.IsUnreadable) logger.LogWarning("{Entity} {Id}: the definition cannot read the expected message {Position} any more", state.Entity, state.Id, state.ExpectedAt);
        if (logger.IsEnabled(LogLevel.Information)) logger.LogInformation("{Entity} {Id}: {Progress}, {Status}", state.Entity, state.Id, evaluation.Progress, ReconciliationJson.StatusName(state.Status));
    }

    /// <summary>One invocation.</summary>
    private sealed class Run(List<EntityMessages> entities, DeadLetters deadLetters, Func<TimeSpan> remaining)
    {
        private int _next;
        private int _completed;

        public List<EntityMessages> Entities => entities;

        public DeadLetters DeadLetters => deadLetters;

        public int Completed => _completed;

        public void CountCompleted() => Interlocked.Increment(ref _completed);

        public EntityMessages? Next(bool isFirst, TimeSpan margin)
        {
            if (!isFirst && remaining() < margin) return null;
            var index = Interlocked.Increment(ref _next) - 1;
            return index < entities.Count ? entities[index] : null;
        }
    }
}
