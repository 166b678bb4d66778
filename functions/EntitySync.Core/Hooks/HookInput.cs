namespace EntitySync.Core.Hooks;

/// <summary>What a hook gets: slices of memory that is used again after the call.</summary>
public readonly ref struct HookInput
{
    /// <summary>Name of the entity, as its definition says: one class may serve several.</summary>
    public required string Entity { get; init; }

    /// <summary>Key of the entity, as it stands in the record; empty without one.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>False for an event of a stream root that came without key.</summary>
    public bool HasKey { get; init; }

    /// <summary>The joined document: one JSON object, UTF-8, with the root's own white space around it if there is any.</summary>
    public required ReadOnlySpan<byte> Document { get; init; }
}
