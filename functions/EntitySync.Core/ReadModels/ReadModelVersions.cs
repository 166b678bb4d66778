using System.Collections.Concurrent;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels;

/// <summary>Finds the versions that live events go to; makes the first one. Thread-safe.</summary>
internal sealed class ReadModelVersions(IReadModelRegistry registry, IReadModelTables tables, TimeProvider clock, ILogger logger)
{
    private const int Attempts = 10;

    private readonly ConcurrentDictionary<string, string> _warned = new();

    /// <param name="definition">The deployed one.</param>
    /// <param name="partitions">What is to be written now: from there on a first version has events.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TransientException">The first version's table is being made.</exception>
    public async Task<ReadModelState> GetAsync(ReadModelDefinition definition, IReadOnlyList<PartitionRecords> partitions, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await registry.GetAsync(definition.ReadModel, cancellationToken) is { } state)
            {
                WarnOfChange(definition, state);
                return state;
            }

            await MakeFirstAsync(definition, BeginningOf(partitions), cancellationToken);
        }

        throw new TransientException($"Read model '{definition.ReadModel}' was changed by others {Attempts} times while its first version was to be made.");
    }

    /// <summary>True when live events still go to the version, after its table was not found.</summary>
    public async Task<bool> IsWrittenAsync(ReadModelVersionId version, CancellationToken cancellationToken) =>
        await registry.GetAsync(version.ReadModel, cancellationToken) is { } state && state.Written.Any(one => one.Number == version.Number);

    /// <summary>True while the version answers.</summary>
    public async Task<bool> IsLiveAsync(ReadModelVersionId version, CancellationToken cancellationToken) => (await registry.GetAsync(version.ReadModel, cancellationToken))?.Live == version.Number;

    // The table comes first: a version that is registered has one. Whoever is second finds the state of the first.
    private async Task MakeFirstAsync(ReadModelDefinition definition, Position? beginning, CancellationToken cancellationToken)
    {
        var version = new ReadModelVersionId(definition.ReadModel, 1);
        if (!await tables.EnsureAsync(version, definition.Indexes, cancellationToken)) throw new TransientException($"The table of {version} is being made.");
        var now = clock.GetUtcNow();
        var state = new ReadModelState(definition.ReadModel, 1, 1, null, null, 1, [new ReadModelVersion(1, definition.Text, definition.Fingerprint, now, now, beginning?.ToString())]);
        if (await registry.SaveAsync(state, cancellationToken)) logger.LogInformation("{Version} is made: its first event is {Position}", version, beginning?.ToString() ?? "the first of its partition");
    }

    // The event source of a new read model reads from the beginning; one that was there for another read model stands somewhere in the middle. So does a topic that retention has cut.
    private static Position? BeginningOf(IReadOnlyList<PartitionRecords> partitions) => partitions
        .Where(partition => partition.Records is [{ Offset: > 0 }, ..])
        .Select(partition => (Position?)new Position(partition.Topic, partition.Partition, partition.Records[0].Offset))
        .FirstOrDefault();

    private void WarnOfChange(ReadModelDefinition definition, ReadModelState state)
    {
        if (state.Version(state.Live) is { BeganAt: { } beginning } partial && _warned.TryAdd(definition.ReadModel, partial.Fingerprint))
        {
            logger.LogWarning(
                "Version {Version} of {ReadModel} has events from {Position} on only: those before it are missing until a rebuild. Start the state machine rebuild-read-model with {Input}",
                partial.Number, definition.ReadModel, beginning, $$"""{"readModel":"{{definition.ReadModel}}"}""");
        }

        if (state.Version(state.Live) is not { } live || live.Fingerprint == definition.Fingerprint || state.Version(state.Building)?.Fingerprint == definition.Fingerprint) return;
        if (!_warned.TryAdd(definition.ReadModel, live.Fingerprint)) return;
        logger.LogWarning(
            "The definition of {ReadModel} has changed since version {Version} was made: rows stay as they are until a rebuild. Start the state machine rebuild-read-model with {Input}",
            definition.ReadModel, live.Number, $$"""{"readModel":"{{definition.ReadModel}}"}""");
    }
}
