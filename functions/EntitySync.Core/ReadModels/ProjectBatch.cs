using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels;

/// <summary>
/// Brings a batch of events into all versions of the read models that read them: the one that answers, the one before it, and the one that a rebuild fills. The caller may rely on this:
/// <list type="bullet">
/// <item>All events of a row are one read and one conditional write in each version.</item>
/// <item>Whatever comes twice, late, or at the same time elsewhere, a row is what its events make of it.</item>
/// <item>A message that the version that answers cannot use goes to the dead-letter topic with reason, position and original bytes; the others go on.</item>
/// <item>A row that fails fails alone: its messages come again, in order, and with them those behind it, which have been applied and do no harm.</item>
/// <item>The version that is being built has an event before the one that answers, and that one before the one that is kept, unless a write failed.</item>
/// <item>The last record of a row in the read model's output is never older than the row.</item>
/// </list>
/// A version that is registered but has no table yet stops its messages, so a rebuild makes the table before it registers the version. Thread-safe; batches may run side by side.
/// </summary>
public sealed class ProjectBatch(
    ReadModelCatalog catalog,
    CompiledReadModels compiled,
    IReadModelRegistry registry,
    IReadModelTables tables,
    IReadModelTable table,
    RowWriter rows,
    ITopicWriter writer,
    TimeProvider clock,
    ILogger<ProjectBatch> logger,
    ProjectOptions? options = null)
{
    private const string Stage = "ProjectReadModel";

    private static readonly RowBatchResult Nothing = new([], [], default);

    private readonly ReadModelVersions _versions = new(registry, tables, clock, logger);
    private readonly ProjectOptions _options = options ?? new ProjectOptions();

    /// <param name="partitions">Records grouped by topic and partition, each group in the order of offsets.</param>
    /// <param name="remaining">Time left to the caller, asked before each chunk of rows.</param>
    /// <param name="cancellationToken">Gives up the batch; nothing is known to be done then.</param>
    /// <exception cref="InvalidRequestException">A topic that no read model reads, a version whose definition cannot be read, or a table that may not be written.</exception>
    public async Task<ProjectResult> RunAsync(IReadOnlyList<PartitionRecords> partitions, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        var deadLetters = new DeadLetters(writer, logger, Stage);
        var results = await Task.WhenAll(ByDefinition(partitions).Select(each => ProjectAsync(each.Key, each.Value, deadLetters, () => remaining() >= _options.SafetyMargin, cancellationToken)));
        var unwritten = await deadLetters.WriteAsync(cancellationToken);
        var counts = new ProjectCounts(
            partitions.Sum(partition => partition.Records.Count),
            deadLetters.Count - unwritten.Count,
            results.SelectMany(each => each).Aggregate(default(RowBatchCounts), (sum, result) => sum + result.Counts));
        logger.LogInformation(
            "Projected {Messages} messages: {Rows} rows, {Writes} writes, {Duplicates} duplicates, {DeadLettered} messages dead-lettered, {Unfinished} rows unfinished",
            counts.Messages, counts.Rows.Rows, counts.Rows.Writes, counts.Rows.Duplicates, counts.DeadLettered, counts.Rows.Failed);
        return new ProjectResult(MessageReference.FirstOfEach(results.SelectMany(each => each).SelectMany(result => result.Failed).Concat(unwritten)), counts);
    }

    private Dictionary<ReadModelDefinition, List<PartitionRecords>> ByDefinition(IReadOnlyList<PartitionRecords> partitions)
    {
        var found = new Dictionary<ReadModelDefinition, List<PartitionRecords>>(ReferenceEqualityComparer.Instance);
        foreach (var partition in partitions)
        {
            var definitions = catalog.OfTopic(partition.Topic);
            if (definitions.IsEmpty) throw new InvalidRequestException($"No read model reads topic '{partition.Topic}'; read are: {string.Join(", ", catalog.Topics)}.");
            foreach (var definition in definitions)
            {
                if (!found.TryGetValue(definition, out var its)) found[definition] = its = [];
                its.Add(partition);
            }
        }

        return found;
    }

    private async Task<RowBatchResult[]> ProjectAsync(
        ReadModelDefinition definition, List<PartitionRecords> partitions, DeadLetters deadLetters, Func<bool> hasTime, CancellationToken cancellationToken)
    {
        try
        {
            var state = await _versions.GetAsync(definition, partitions, cancellationToken);
            // One after the other: what can be read in a version is in those that may take its place, so that a switch takes no row back, for readers who hear of it late neither.
            var results = new List<RowBatchResult>();
            foreach (var version in state.Written.OrderBy(version => version.Number == state.Building ? 0 : version.Number == state.Live ? 1 : 2))
                results.Add(await ApplyAsync(definition, state, version, partitions, deadLetters, hasTime, cancellationToken));
            return [.. results];
        }
        catch (TransientException exception)
        {
            logger.LogWarning(exception, "{ReadModel} cannot be written now; all its messages of this batch come again", definition.ReadModel);
            return [Nothing with { Failed = All(partitions) }];
        }
    }

    private async Task<RowBatchResult> ApplyAsync(
        ReadModelDefinition definition,
        ReadModelState state,
        ReadModelVersion version,
        List<PartitionRecords> partitions,
        DeadLetters deadLetters,
        Func<bool> hasTime,
        CancellationToken cancellationToken)
    {
        var id = new ReadModelVersionId(definition.ReadModel, version.Number);
        var model = compiled.Of(definition, version);
        var outputs = version.Number == state.Live && model.Definition.OutputTopic is { } topic ? new RowOutputs(table, writer, topic) : null;
        try
        {
            var result = await rows.ApplyAsync(id, model, partitions, EventOrigin.Live, hasTime, outputs, cancellationToken);
            if (version.Number == (state.Live ?? state.Building))
            {
                foreach (var bad in result.Bad) deadLetters.Add(definition.ReadModel, definition.DeadLetterTopic(), bad.Reference, bad.Reason);
            }

            // Another invocation may have written newer rows of the version that answers now before these were: all come again, and that version's rows are written last.
            if (outputs is not null && !await _versions.IsLiveAsync(id, cancellationToken)) throw new TransientException($"{id} stopped answering while its outputs were written.");
            return result;
        }
        catch (VersionGoneException exception)
        {
            if (!await _versions.IsWrittenAsync(id, cancellationToken)) return Nothing; // removed since the registry was read
            throw new TransientException($"{id} has no table (yet).", exception);
        }
    }

    private static List<MessageReference> All(List<PartitionRecords> partitions) =>
        [.. partitions.SelectMany(partition => Enumerable.Range(0, partition.Records.Count).Select(index => new MessageReference(partition, index)))];
}
