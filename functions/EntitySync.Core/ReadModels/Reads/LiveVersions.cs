using System.Collections.Concurrent;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.ReadModels.Reads;

/// <summary>A version that answers.</summary>
/// <param name="Id">The version.</param>
/// <param name="Definition">The one it was made with: its indexes are these.</param>
public sealed record LiveVersion(ReadModelVersionId Id, ReadModelDefinition Definition);

/// <summary>
/// Finds the version that answers. What the registry said holds for <see cref="MaximumAge"/> in one instance: after a switch the version before answers that long, and live events reach it still.
/// Thread-safe.
/// </summary>
public sealed class LiveVersions(IReadModelRegistry registry, CompiledReadModels definitions, TimeProvider clock)
{
    public static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(5);

    private const int Attempts = 3;

    private readonly ConcurrentDictionary<string, (LiveVersion Version, DateTimeOffset At)> _known = new(StringComparer.Ordinal);

    /// <summary>Reads from the version that answers. One that is gone meanwhile is looked up again.</summary>
    /// <param name="deployed">The read model.</param>
    /// <param name="read">May be called several times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VersionGoneException">Those looked up again were gone too.</exception>
    /// <exception cref="Errors.InvalidRequestException">The version's definition cannot be read any more.</exception>
    /// <returns>Null when the read model has no version yet.</returns>
    public async Task<T?> ReadAsync<T>(ReadModelDefinition deployed, Func<LiveVersion, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var version = attempt == 1 ? Known(deployed.ReadModel) : null;
            version ??= await FindAsync(deployed, cancellationToken);
            if (version is null) return null;
            try
            {
                return await read(version);
            }
            catch (VersionGoneException) when (attempt < Attempts)
            {
                // Switched and removed within the age of what was known.
            }
        }
    }

    private LiveVersion? Known(string readModel) => _known.TryGetValue(readModel, out var known) && clock.GetUtcNow() - known.At < MaximumAge ? known.Version : null;

    private async Task<LiveVersion?> FindAsync(ReadModelDefinition deployed, CancellationToken cancellationToken)
    {
        var at = clock.GetUtcNow();
        var state = await registry.GetAsync(deployed.ReadModel, cancellationToken);
        if (state?.Version(state.Live) is not { } live) return null;
        var version = new LiveVersion(new ReadModelVersionId(deployed.ReadModel, live.Number), definitions.Of(deployed, live).Definition);
        _known[deployed.ReadModel] = (version, at);
        return version;
    }
}
