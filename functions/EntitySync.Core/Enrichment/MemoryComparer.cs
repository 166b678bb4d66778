using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>Compares slices by their bytes.</summary>
internal sealed class MemoryComparer : IEqualityComparer<ReadOnlyMemory<byte>>
{
    public static MemoryComparer Instance { get; } = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode(ReadOnlyMemory<byte> bytes) => ByteKeyComparer.Instance.GetHashCode(bytes.Span);
}
