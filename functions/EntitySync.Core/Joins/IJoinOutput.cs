namespace EntitySync.Core.Joins;

/// <summary>Where a join's documents go. Spans are valid during the call.</summary>
internal interface IJoinOutput
{
    /// <param name="key">The row's key; empty when <paramref name="hasKey"/> is false.</param>
    /// <param name="hasKey">False for a record of a stream root without key.</param>
    /// <param name="document">The joined document.</param>
    /// <param name="offset">Offset of the root record it was made from.</param>
    /// <param name="replay">Bytes of the replay message that caused it; empty for a live update.</param>
    void Emit(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> document, long offset, ReadOnlySpan<byte> replay);

    /// <summary>True when nothing of the key may be emitted until its root row is gone.</summary>
    bool IsSettled(ReadOnlySpan<byte> key);

    /// <summary>The root row is gone.</summary>
    void Delete(ReadOnlySpan<byte> key, long offset);

    /// <summary>The document is dropped or rejected, and may have been emitted before.</summary>
    void Withhold(ReadOnlySpan<byte> key);
}
