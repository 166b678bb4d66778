using System.Collections.Immutable;

namespace EntitySync.Core.ReferenceTables;

/// <summary>Versions that a condition names; <see cref="Any"/> means whatever version a row has.</summary>
public sealed record VersionSet(bool Any, ImmutableArray<long> Versions)
{
    public static VersionSet All { get; } = new(true, []);

    public bool Contains(long version) => Any || Versions.Contains(version);
}

/// <summary>What the caller demands of the row before it is read or written (If-Match, If-None-Match).</summary>
/// <param name="OneOf">The row must be there with one of these versions.</param>
/// <param name="NoneOf">The row must be absent or have none of these versions.</param>
public sealed record RowCondition(VersionSet? OneOf = null, VersionSet? NoneOf = null)
{
    public static RowCondition None { get; } = new();

    /// <param name="version">The row's version; null when there is no row.</param>
    public bool Holds(long? version) => OneOfHolds(version) && NoneOfHolds(version);

    public bool OneOfHolds(long? version) => OneOf is null || (version is { } present && OneOf.Contains(present));

    public bool NoneOfHolds(long? version) => NoneOf is null || version is not { } present || !NoneOf.Contains(present);
}
