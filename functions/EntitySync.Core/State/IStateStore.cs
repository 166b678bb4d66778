namespace EntitySync.Core.State;

/// <summary>
/// State of one task: bytes to bytes. One thread at a time.
/// <list type="bullet">
/// <item>Each entry has an id, stable from the <see cref="Put"/> that creates it until its <see cref="Delete"/>; then the id may be given to another key.</item>
/// <item>A span handed out is valid until the next write to the store.</item>
/// <item>The store copies what it is given; the caller may reuse its buffers at once. Key and value may be spans of the store itself.</item>
/// <item>Nothing is promised after a crash: state is restored from its topic.</item>
/// </list>
/// Members that take an id throw <see cref="ArgumentOutOfRangeException"/> for one that is not in use.
/// </summary>
public interface IStateStore : IDisposable
{
    /// <summary>Number of keys.</summary>
    long Count { get; }

    /// <summary>Bytes of all keys and values, without the store's own overhead.</summary>
    long PayloadBytes { get; }

    /// <summary>Bytes of all memory the store holds, used or not.</summary>
    long AllocatedBytes { get; }

    bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);

    /// <returns>The entry's id, or -1.</returns>
    int Find(ReadOnlySpan<byte> key);

    ReadOnlySpan<byte> KeyOf(int id);

    ReadOnlySpan<byte> ValueOf(int id);

    /// <summary>The value's bytes, to be changed in place.</summary>
    Span<byte> ValueForUpdateOf(int id);

    /// <summary>Upper 32 bits of the key's <see cref="StableHash"/>: an order of entries that survives a restart, in which ids do not.</summary>
    uint OrderOf(int id);

    /// <summary>The smallest id in use above <paramref name="after"/> (-1 to begin), or -1. While all ids are walked, entries may come and go.</summary>
    int NextId(int after);

    /// <returns>The entry's id.</returns>
    /// <exception cref="Errors.InsufficientStateMemoryException">The store is as it was before the call.</exception>
    int Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <returns>False when the key was not there.</returns>
    bool Delete(ReadOnlySpan<byte> key);
}
