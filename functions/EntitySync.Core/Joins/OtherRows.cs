using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Rows of a rekeyed root whose key is at the moment that of an entity made of another row. Few and not for long when the key is unique in the database: rows
/// that take over each other's keys arrive from different partitions, in any order.
/// </summary>
internal sealed class OtherRows : IDisposable
{
    private readonly PagedStateStore _rows = new(); // key in the rekeyed topic -> RootRowHead, then the row
    private readonly ValueTable _entities = new();
    private readonly MemberIndex _members = new();
    private readonly List<int> _found = [];
    private readonly Growable<byte> _value = new();

    public long Count => _rows.Count;

    public long PayloadBytes => _rows.PayloadBytes;

    public long AllocatedBytes => _rows.AllocatedBytes + _entities.AllocatedBytes + _members.AllocatedBytes;

    /// <param name="key">The row's key in the rekeyed topic.</param>
    /// <param name="head">Where the row stands.</param>
    public bool TryGet(ReadOnlySpan<byte> key, out RootRowHead head)
    {
        head = default;
        if (_rows.Count == 0 || !_rows.TryGet(key, out var value)) return false;
        head = RootRowHead.Read(ref value);
        return true;
    }

    /// <param name="entity">The entity's key.</param>
    /// <param name="key">The row's key in the rekeyed topic; not there yet.</param>
    /// <param name="head">Where the row stands.</param>
    /// <param name="json">The row.</param>
    public void Add(ReadOnlySpan<byte> entity, ReadOnlySpan<byte> key, in RootRowHead head, ReadOnlySpan<byte> json)
    {
        head.Write(_value, json);
        var id = _rows.Put(key, _value.Span);
        _members.Add(_entities.Acquire(entity), _rows.OrderOf(id), id);
    }

    /// <returns>False when the row was not there.</returns>
    public bool Remove(ReadOnlySpan<byte> entity, ReadOnlySpan<byte> key)
    {
        var id = _rows.Count == 0 ? -1 : _rows.Find(key);
        if (id < 0) return false;
        var value = _entities.Find(entity);
        _members.Remove(value, _rows.OrderOf(id), id);
        _entities.Release(value);
        _rows.Delete(key);
        return true;
    }

    /// <summary>Takes out the entity's row that stands last. Reads all of them.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTakeLast(ReadOnlySpan<byte> entity, out RootRowHead head, out byte[] rowKey, out byte[] json)
    {
        (head, rowKey, json) = (default, [], []);
        var value = _rows.Count == 0 ? -1 : _entities.Find(entity);
        if (value < 0) return false;
        _members.Read(value, 0, int.MaxValue, _found, out _);
        var last = _found.MaxBy(id => HeadOf(id).Offset);
        var rest = _rows.ValueOf(last);
        head = RootRowHead.Read(ref rest);
        json = rest.ToArray();
        var key = _rows.KeyOf(last).ToArray();
        rowKey = RowsRecord.RowKeyOf(key).ToArray();
        return Remove(entity, key);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _entities.Dispose();
        _members.Dispose();
    }

    private RootRowHead HeadOf(int id)
    {
        var value = _rows.ValueOf(id);
        return RootRowHead.Read(ref value);
    }
}
