using System.Collections.Immutable;

namespace EntitySync.Core.ReadModels;

/// <summary>
/// Which versions a read model has and which one answers (the alias): one item a read model, changed by conditional writes only; and how far a rebuild has come: one item a
/// partition. Errors: <see cref="Errors.TransientException"/> when the same call may succeed later.
/// </summary>
public interface IReadModelRegistry
{
    /// <summary>Strongly consistent; null for a read model that has no version yet.</summary>
    Task<ReadModelState?> GetAsync(string readModel, CancellationToken cancellationToken);

    /// <summary>Writes <paramref name="state"/> if the one held has the revision before it (none: revision 1).</summary>
    /// <returns>False when another writer was there first.</returns>
    Task<bool> SaveAsync(ReadModelState state, CancellationToken cancellationToken);

    /// <summary>By topic, then partition. Strongly consistent.</summary>
    Task<IReadOnlyList<FillCheckpoint>> GetCheckpointsAsync(ReadModelVersionId version, CancellationToken cancellationToken);

    /// <summary>Creates the checkpoint, or moves it forward; one that stands further already stays, and one that is caught up stays so.</summary>
    Task SaveCheckpointAsync(ReadModelVersionId version, FillCheckpoint checkpoint, CancellationToken cancellationToken);

    Task DeleteCheckpointsAsync(ReadModelVersionId version, CancellationToken cancellationToken);
}

/// <summary>Makes and removes the tables of versions.</summary>
public interface IReadModelTables
{
    /// <summary>Makes the version's table with its indexes unless it is there.</summary>
    /// <returns>True when it can be used; false while it is being made: ask again.</returns>
    Task<bool> EnsureAsync(ReadModelVersionId version, ImmutableArray<Definitions.ReadModelIndex> indexes, CancellationToken cancellationToken);

    /// <summary>Removes the version's table; nothing when it is gone.</summary>
    Task DeleteAsync(ReadModelVersionId version, CancellationToken cancellationToken);
}

/// <summary>The alias of a read model with its versions.</summary>
/// <param name="Revision">Raised by every write; the first one is 1.</param>
/// <param name="Live">The version that answers; null only until the first one is ready.</param>
/// <param name="Previous">The one that answered before and is kept for a rollback: live events still reach it.</param>
/// <param name="Building">The one that a rebuild fills; live events reach it too.</param>
/// <param name="LastNumber">Highest number given so far; a number is never given twice.</param>
/// <param name="Versions">Those three, the next one while its table is being made, and ones whose table is still to be removed.</param>
/// <param name="LastError">Why the last rebuild failed, or what it met last; null when nothing did.</param>
/// <param name="FailedAt">When the rebuild of <paramref name="Building"/> gave up; null while it may run, and when there is none.</param>
public sealed record ReadModelState(
    string ReadModel, long Revision, int? Live, int? Previous, int? Building, int LastNumber, ImmutableArray<ReadModelVersion> Versions, string? LastError = null, DateTimeOffset? FailedAt = null)
{
    public ReadModelVersion? Version(int? number) => number is { } wanted ? Versions.FirstOrDefault(version => version.Number == wanted) : null;

    /// <summary>Where live events go, each version with the definition it was made with.</summary>
    public IEnumerable<ReadModelVersion> Written => Versions.Where(version => version.Number == Live || version.Number == Previous || version.Number == Building);
}

/// <param name="Definition">Text of the definition it is made with (YAML).</param>
/// <param name="Fingerprint">As <see cref="Definitions.ReadModelDefinition.Fingerprint"/>.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="SwitchedAt">When it became the one that answers; null before.</param>
/// <param name="BeganAt">
/// Position of the first event of a version that live events made in the middle of a topic, because its event source was there before the read model: rows lack what came before it until a
/// rebuild. Null otherwise.
/// </param>
public sealed record ReadModelVersion(int Number, string Definition, string Fingerprint, DateTimeOffset CreatedAt, DateTimeOffset? SwitchedAt, string? BeganAt = null);

/// <summary>How far one partition is filled.</summary>
/// <param name="First">Where it began.</param>
/// <param name="Next">Offset to go on from.</param>
/// <param name="End">Offset that must be reached before the switch: all before it may have been there before live events reached the version, all from it on are brought by them too.</param>
/// <param name="Events">Events applied.</param>
/// <param name="IsCaughtUp">True once <paramref name="End"/> was reached and the rest to the partition's end was within the stated lag.</param>
public sealed record FillCheckpoint(string Topic, int Partition, long First, long Next, long End, long Events, bool IsCaughtUp)
{
    /// <summary><c>orders-3</c>: what the state machine calls the partition.</summary>
    public string Slice => $"{Topic}-{Partition}";
}
