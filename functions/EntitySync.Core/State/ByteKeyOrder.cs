namespace EntitySync.Core.State;

/// <summary>Orders keys by their bytes.</summary>
public sealed class ByteKeyOrder : IComparer<byte[]>
{
    public static ByteKeyOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
