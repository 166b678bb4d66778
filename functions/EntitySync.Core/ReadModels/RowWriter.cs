using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels.Reading;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels;

/// <summary>
/// Brings events into the rows of one version of a read model: one read and one conditional write a row, however many of its events are in the batch. What was applied
/// before is not applied again, whichever of live events and a rebuild brought it. A row that fails fails alone. Thread-safe.
/// </summary>
public sealed class RowWriter(IReadModelTable table, TimeProvider clock, ILogger<RowWriter> logger, RowWriterOptions? options = null)
{
    private readonly RowWriterOptions _options = options ?? new RowWriterOptions();

    /// <param name="version">Whose table.</param>
    /// <param name="model">The definition that the version was made with.</param>
    /// <param name="partitions">Records by topic and partition, each in the order of offsets; topics that the definition does not read are passed over.</param>
    /// <param name="origin">Live: records of a partition come in order. Fill: likewise, from the first one that there is.</param>
    /// <param name="hasTime">Asked before each chunk of rows but the first; false leaves the rest to come again.</param>
    /// <param name="cancellationToken">Gives up the batch; nothing is known to be done then.</param>
    /// <exception cref="VersionGoneException">The version has no table (any more).</exception>
    public Task<RowBatchResult> ApplyAsync(
        ReadModelVersionId version, CompiledReadModel model, IReadOnlyList<PartitionRecords> partitions, EventOrigin origin, Func<bool> hasTime, CancellationToken cancellationToken) =>
        ApplyAsync(version, model, partitions, origin, hasTime, null, cancellationToken);

    /// <param name="written">Told of each chunk's rows once they are written, those that had nothing new too; null for nobody.</param>
    internal async Task<RowBatchResult> ApplyAsync(
        ReadModelVersionId version,
        CompiledReadModel model,
        IReadOnlyList<PartitionRecords> partitions,
        EventOrigin origin,
        Func<bool> hasTime,
        IWrittenRows? written,
        CancellationToken cancellationToken)
    {
        var events = model.SpareEvents.TryTake(out var spare) ? spare : new BatchEvents(model);
        try
        {
            events.Read(partitions);
            var run = new RowRun(version, model, events, origin, written);
            await RunAsync(run, hasTime, cancellationToken);
            return run.Result();
        }
        finally
        {
            events.Clear();
            model.SpareEvents.Add(events);
        }
    }

    private async Task RunAsync(RowRun run, Func<bool> hasTime, CancellationToken cancellationToken)
    {
        var rows = run.Events.Rows;
        for (var first = 0; first < rows; first += _options.ChunkRows)
        {
            if (first > 0 && !hasTime())
            {
                run.Fail(first, rows);
                return;
            }

            await ChunkAsync(run, first, Math.Min(rows, first + _options.ChunkRows), cancellationToken);
        }
    }

    private async Task ChunkAsync(RowRun run, int first, int last, CancellationToken cancellationToken)
    {
        try
        {
            var held = await table.ReadAsync(run.Version, run.Keys(first, last), cancellationToken);
            var rows = new RowWork[last - first];
            for (var i = 0; i < rows.Length; i++) rows[i] = new RowWork(first + i, run.Events.Key(first + i), held[i]);
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, Math.Min(_options.Parallel, rows.Length)).Select(async _ =>
            {
                for (var index = Interlocked.Increment(ref next); index < rows.Length; index = Interlocked.Increment(ref next)) await WriteAsync(run, rows[index], cancellationToken);
            }));
            if (run.Written is { } written) await written.TellAsync(run, rows, cancellationToken);
            foreach (var row in rows) run.Settle(row);
        }
        catch (TransientException exception)
        {
            logger.LogWarning(exception, "{Rows} rows of {Version} cannot be read now; their messages come again", last - first, run.Version);
            run.Fail(first, last);
        }
    }

    private async Task WriteAsync(RowRun run, RowWork row, CancellationToken cancellationToken)
    {
        try
        {
            await new RowUpdate(table, clock, run, row).RunAsync(cancellationToken);
        }
        catch (TransientException exception)
        {
            row.IsFailed = true;
            logger.LogWarning(exception, "{Version} {Row} cannot be written now; its messages come again", run.Version, row.Key);
        }
    }
}
