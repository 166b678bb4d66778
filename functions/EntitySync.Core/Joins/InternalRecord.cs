namespace EntitySync.Core.Joins;

/// <summary>A record for an internal topic. Its spans are valid during the call it is passed to.</summary>
public readonly ref struct InternalRecord
{
    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required ReadOnlySpan<byte> Key { get; init; }

    public bool IsTombstone { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }
}
