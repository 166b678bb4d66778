using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// The entities that <c>emit.once</c> has let through: each until its root's tombstone. The notes are part of the emission's commit, so with transactions
/// an entity is noted exactly when it was emitted; without, it may be emitted again after a crash, and never is noted without having been emitted.
/// </summary>
internal sealed class EmittedEntities : IProgressNotes, IDisposable
{
    private readonly PagedStateStore _keys = new();
    private readonly HashSet<byte[]> _unsaved = new(ByteKeyComparer.Instance);
    private byte[] _noteKey = new byte[64];

    public long StateBytes => _keys.PayloadBytes;

    public long AllocatedBytes => _keys.AllocatedBytes;

    public bool HasUnsaved => _unsaved.Count > 0;

    public bool Contains(ReadOnlySpan<byte> key) => _keys.Find(key) >= 0;

    public void Add(ReadOnlySpan<byte> key)
    {
        _keys.Put(key, default);
        _unsaved.GetAlternateLookup<ReadOnlySpan<byte>>().Add(key);
    }

    /// <summary>The root's tombstone came: its key begins anew.</summary>
    public void Remove(ReadOnlySpan<byte> key)
    {
        if (_keys.Delete(key)) _unsaved.GetAlternateLookup<ReadOnlySpan<byte>>().Add(key);
    }

    public void Restore(ReadOnlySpan<byte> key, bool isEmitted)
    {
        if (isEmitted) _keys.Put(key, default);
        else _keys.Delete(key);
    }

    public void Save(ProgressWriter writer)
    {
        foreach (var key in _unsaved)
        {
            Shuffle.RecordBuffer.Reserve(ref _noteKey, key.Length + 1);
            _noteKey[0] = TaskProgress.EmittedKind;
            key.CopyTo(_noteKey, 1);
            var note = _noteKey.AsSpan(0, key.Length + 1);
            if (Contains(key)) writer.Write(note, [TaskProgress.Format]);
            else writer.Remove(note);
        }

        _unsaved.Clear();
    }

    public void Dispose() => _keys.Dispose();
}
