using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>The entities of a root task: the latest root row of each, and the index of the values it refers to.</summary>
internal sealed class EntityTable(RelatedRows[] relations) : IDisposable
{
    private readonly PagedStateStore _rows = new();
    private readonly EntityLinks _old = new(relations.Length);
    private readonly EntityLinks _new = new(relations.Length);
    private readonly Growable<byte> _encoded = new();
    private readonly int _winners = relations.Count(relation => relation.Relation.Definition.Pick is not null);

    public PagedStateStore Rows => _rows;

    public RelatedRows[] Relations => relations;

    public long AllocatedBytes => _rows.AllocatedBytes + relations.Sum(relation => relation.AllocatedBytes);

    public EntityRow RowOf(int id) => new(_rows.ValueOf(id), _winners);

    /// <summary>Keeps a root row as the key's latest. Value ids of the scan's keys are left in <see cref="Kept"/>.</summary>
    /// <returns>The entity's id.</returns>
    public int Keep(ReadOnlySpan<byte> key, long offset, ReadOnlySpan<byte> root, in RootScan scan, EnrichmentBuffer buffer, bool isRestoring)
    {
        var id = _rows.Find(key);
        _old.Clear();
        ulong hash = 0;
        if (id >= 0)
        {
            var row = RowOf(id);
            row.Read(_old);
            hash = row.OutputHash;
        }

        var isSame = ReuseLinks(root, scan, buffer);
        if (!isSame) Acquire(root, scan, buffer, offset, isRestoring);
        EntityRow.Write(_encoded, hash, _winners, offset, scan.MemberCount == 0 ? scan.LastEnd : 0, _new, root);
        id = _rows.Put(key, _encoded.Span);
        if (!isSame) Relink(id, isRestoring);
        return id;
    }

    /// <summary>Value ids of the entity kept last.</summary>
    public EntityLinks Kept => _new;

    /// <returns>False when there was no such entity.</returns>
    public bool Remove(ReadOnlySpan<byte> key, bool isRestoring)
    {
        var id = _rows.Find(key);
        if (id < 0) return false;
        RowOf(id).Read(_old);
        _new.Clear();
        for (var relation = 0; relation < relations.Length; relation++) _new.EndRelation();
        Relink(id, isRestoring);
        _rows.Delete(id);
        return true;
    }

    public void Dispose()
    {
        foreach (var relation in relations) relation.Dispose();
        _rows.Dispose();
    }

    /// <summary>Most updates leave the values as they are: then nothing is looked up.</summary>
    private bool ReuseLinks(ReadOnlySpan<byte> root, in RootScan scan, EnrichmentBuffer buffer)
    {
        if (_old.Count != scan.KeyCount) return false;
        _new.Clear();
        for (var relation = 0; relation < relations.Length; relation++)
        {
            var old = _old.Of(relation);
            var count = 0;
            for (var i = 0; i < scan.KeyCount; i++)
            {
                var text = buffer.KeyAt(scan, i, root, out var owner);
                if (owner != relation) continue;
                if (count >= old.Length || !relations[relation].BytesOf(old[count]).SequenceEqual(text)) return false;
                _new.Add(old[count++]);
            }

            if (count != old.Length) return false;
            _new.EndRelation();
        }

        return true;
    }

    private void Acquire(ReadOnlySpan<byte> root, in RootScan scan, EnrichmentBuffer buffer, long offset, bool isRestoring)
    {
        _new.Clear();
        for (var relation = 0; relation < relations.Length; relation++)
        {
            for (var i = 0; i < scan.KeyCount; i++)
            {
                var text = buffer.KeyAt(scan, i, root, out var owner);
                if (owner == relation) _new.Add(relations[relation].Acquire(text, offset, isRestoring));
            }

            _new.EndRelation();
        }
    }

    // What is kept is acquired before what is left is released: a value used before and after never counts as unused in between.
    private void Relink(int id, bool isRestoring)
    {
        var order = _rows.OrderOf(id);
        for (var relation = 0; relation < relations.Length; relation++)
        {
            var rows = relations[relation];
            var old = _old.Of(relation);
            var added = _new.Of(relation);
            foreach (var value in added)
            {
                if (!old.Contains(value)) rows.Members.Add(value, order, id);
            }

            foreach (var value in old)
            {
                if (!added.Contains(value)) rows.Members.Remove(value, order, id);
                rows.Release(value, isRestoring);
            }
        }
    }
}
