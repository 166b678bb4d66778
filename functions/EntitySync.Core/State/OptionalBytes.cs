namespace EntitySync.Core.State;

/// <summary>
/// Turns "array or null" into "memory or null". The language's own conversion makes an empty, non-null memory of a null array,
/// which would turn a tombstone into an empty value.
/// </summary>
public static class OptionalBytes
{
    public static ReadOnlyMemory<byte>? From(byte[]? bytes)
    {
        if (bytes is not null) return new ReadOnlyMemory<byte>(bytes);
        return null;
    }
}
