using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>Removes what versions without a part have: table, checkpoints, and last their entry, so that what is left over is found again.</summary>
public sealed class VersionRemoval(IReadModelRegistry registry, IReadModelTables tables, ILogger<VersionRemoval> logger)
{
    /// <returns>What was done, for people: <c>Removed version 1.</c>; empty when there was nothing. A failure is said too: the next rebuild tries again.</returns>
    public async Task<string> RemoveAsync(ReadModelState state, CancellationToken cancellationToken)
    {
        var sentences = new List<string>();
        foreach (var version in state.Leftovers())
        {
            var id = new ReadModelVersionId(state.ReadModel, version.Number);
            try
            {
                await tables.DeleteAsync(id, cancellationToken);
                await registry.DeleteCheckpointsAsync(id, cancellationToken);
                await registry.ChangeAsync(state.ReadModel, held => held?.Without(version.Number), cancellationToken);
                sentences.Add($"Removed version {version.Number}.");
            }
            catch (EntitySyncException exception)
            {
                logger.LogWarning(exception, "{Version} could not be removed; the next rebuild tries again", id);
                sentences.Add($"Version {version.Number} could not be removed: {exception.Message.TrimEnd('.')}. The next rebuild tries again.");
            }
        }

        return string.Join(" ", sentences);
    }
}
