using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels;

/// <summary>
/// Brings events into the rows of one version of a read model: one read and one conditional write a row, however many of its events are in the batch. What was applied
/// before is not applied again, whichever of live events and a rebuild brought it. A row that fails fails alone. Thread-safe.
/// </summary>
public sealed class RowWriter(IReadModelTable table, TimeProvider clock, ILogger<RowWriter> logger, RowWriterOptions? options = null)
{
    /// <param name="version">Whose table.</param>
    /// <param name="model">The definition that the version was made with.</param>
    /// <param name="partitions">Records by topic and partition, each in the order of offsets; topics that the definition does not read are passed over.</param>
    /// <param name="origin">Live: records of a partition come in order. Fill: likewise, from the first one that there is.</param>
    /// <param name="hasTime">Asked before each chunk of rows but the first; false leaves the rest to come again.</param>
    /// <param name="cancellationToken">Gives up the batch; nothing is known to be done then.</param>
    /// <exception cref="VersionGoneException">The version has no table (any more).</exception>
    public Task<RowBatchResult> ApplyAsync(
        ReadModelVersionId version, CompiledReadModel model, IReadOnlyList<PartitionRecords> partitions, EventOrigin origin, Func<bool> hasTime, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{table}{clock}{logger}{options}");
}
