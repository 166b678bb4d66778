namespace EntitySync.Core.State;

/// <summary>
/// State of one task: bytes to bytes. One thread at a time.
/// <list type="bullet">
/// <item>A span handed out by <see cref="TryGet"/> is valid until the next write to the store.</item>
/// <item>The store copies what it is given; the caller may reuse its buffers at once.</item>
/// <item>Nothing is promised after a crash: state is restored from its topic.</item>
/// </list>
/// </summary>
public interface IStateStore : IDisposable
{
    /// <summary>Number of keys.</summary>
    long Count { get; }

    /// <summary>Bytes of all keys and values, without the store's own overhead.</summary>
    long PayloadBytes { get; }

    bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);

    void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <returns>False when the key was not there.</returns>
    bool Delete(ReadOnlySpan<byte> key);
}
