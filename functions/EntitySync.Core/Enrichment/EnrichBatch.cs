using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Hooks;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// Enriches a batch of records of updates topics and writes the results. The caller may rely on this:
/// <list type="bullet">
/// <item>Rows are read for many records at once: one read a distinct row that the cache lacks, never one a record.</item>
/// <item>A record that cannot be used goes to its entity's dead-letter topic with reason, position and original bytes; the others go on.</item>
/// <item>The first transient failure of a partition ends that partition: what was not written comes again, in order. Others go on.</item>
/// <item>Of one key, a record is written only when the one before it is acknowledged, so a failure in between cannot reorder them.</item>
/// <item>When time runs short, what is left comes again; the first chunk is taken in any case, so every batch makes progress.</item>
/// </list>
/// Thread-safe; batches may run side by side and share the cache.
/// </summary>
public sealed class EnrichBatch(EntityCatalog catalog, RowCache cache, ITopicWriter writer, ILogger<EnrichBatch> logger, EnrichOptions? options = null, Func<EntityDefinition, IEntityHook>? hooks = null)
{
    private const long LargestSpareBuffer = 32 * 1024 * 1024;

    private readonly Dictionary<string, Lazy<Enricher>> _byTopic = catalog.All
        .Where(definition => definition.AllRelations.Any(relation => relation.Strategy == Strategy.Lookup))
        .ToDictionary(definition => definition.UpdatesTopic(), definition => Compiled(definition, options, hooks), StringComparer.Ordinal);

    private readonly EnrichOptions _options = options ?? new EnrichOptions();
    private EnrichmentBuffer? _spare;
    private int _turn = -1;

    /// <param name="partitions">Records grouped by topic and partition, each group in the order of offsets.</param>
    /// <param name="remaining">Time left to the caller, asked before each chunk.</param>
    /// <param name="cancellationToken">Gives up the batch; nothing is known to be done then.</param>
    /// <exception cref="InvalidRequestException">A topic that is no entity's updates topic, or a definition that lookups cannot serve.</exception>
    public async Task<EnrichResult> RunAsync(IReadOnlyList<PartitionRecords> partitions, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        var cursors = partitions.Select(partition => new PartitionCursor(partition, EnricherOf(partition.Topic))).ToList();
        var buffer = Interlocked.Exchange(ref _spare, null) ?? new EnrichmentBuffer();
        var run = new EnrichRun(cache, writer, logger, _options, buffer, Interlocked.Increment(ref _turn));
        var counts = await RunChunksAsync(run, cursors, remaining, cancellationToken);
        buffer.Clear();
        if (buffer.Capacity <= LargestSpareBuffer) Volatile.Write(ref _spare, buffer);

        var comeAgain = cursors.Where(cursor => !cursor.IsDone).Select(cursor => cursor.NextPosition).ToList();
        logger.LogInformation(
            "Enriched {Records} records: {Emitted} emitted, {Dropped} dropped, {DeadLettered} dead-lettered, {RowsRead} rows read, {UnfinishedPartitions} partitions unfinished",
            counts.Records, counts.Emitted, counts.Dropped, counts.DeadLettered, counts.RowsRead, comeAgain.Count);
        return new EnrichResult(comeAgain, counts);
    }

    private async Task<EnrichCounts> RunChunksAsync(EnrichRun run, List<PartitionCursor> cursors, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        var counts = new EnrichCounts();
        try
        {
            for (var isFirst = true; cursors.Exists(cursor => cursor.IsActive); isFirst = false)
            {
                if (!isFirst && remaining() < _options.SafetyMargin) break;
                counts += await run.NextChunkAsync(cursors, cancellationToken);
            }
        }
        catch (TransientException exception)
        {
            logger.LogWarning(exception, "Rows cannot be read now; the records that are left come again");
        }

        return counts;
    }

    // A hook that cannot be had is a mistake of the deployment: it shows when the function starts, as a wrong definition does.
    private static Lazy<Enricher> Compiled(EntityDefinition definition, EnrichOptions? options, Func<EntityDefinition, IEntityHook>? hooks)
    {
        var enricher = new Lazy<Enricher>(() => Enricher.Compile(definition, options?.Limits, hooks));
        if (definition.Hook is not null) _ = enricher.Value;
        return enricher;
    }

    private Enricher EnricherOf(string topic) => _byTopic.TryGetValue(topic, out var enricher)
        ? enricher.Value
        : throw new InvalidRequestException($"Topic '{topic}' is the updates topic of no entity with lookup relations; known are: {string.Join(", ", _byTopic.Keys.Order(StringComparer.Ordinal))}.");
}
