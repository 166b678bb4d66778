namespace EntitySync.Core.Joins;

/// <summary>
/// Emits each entity a single time until its root's tombstone, when the definition says <c>emit.once</c>. When it does not say so any more, tombstones still
/// remove what was noted, so that saying it again lets the entities that came anew through.
/// </summary>
internal sealed class OnceOutput(IJoinOutput output, EmittedEntities emitted, bool isOnce) : IJoinOutput
{
    public void Emit(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> document, long offset, ReadOnlySpan<byte> replay)
    {
        output.Emit(key, hasKey, document, offset, replay);
        if (isOnce) emitted.Add(key);
    }

    public bool IsSettled(ReadOnlySpan<byte> key) => isOnce && emitted.Contains(key);

    public void Delete(ReadOnlySpan<byte> key, long offset)
    {
        output.Delete(key, offset);
        emitted.Remove(key);
    }

    public void Withhold(ReadOnlySpan<byte> key) => output.Withhold(key);
}
