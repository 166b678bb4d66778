using System.Buffers.Binary;

namespace EntitySync.Core.State;

/// <summary>
/// Gives each foreign-key value in use a dense number and counts its uses. The number is the value's until its last use is released, then it may be
/// given to another value. One thread at a time.
/// </summary>
public sealed class ValueTable : IDisposable
{
    private readonly PagedStateStore _counts = new();

    /// <summary>Number of values in use.</summary>
    public long Count => _counts.Count;

    /// <summary>Bytes of all memory the table holds, used or not.</summary>
    public long AllocatedBytes => _counts.AllocatedBytes;

    /// <summary>Counts one more use of the value.</summary>
    /// <returns>The value's id.</returns>
    public int Acquire(ReadOnlySpan<byte> value)
    {
        var id = _counts.Find(value);
        if (id >= 0)
        {
            Add(id, 1);
            return id;
        }

        Span<byte> count = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(count, 1);
        return _counts.Put(value, count);
    }

    /// <summary>Counts one use less.</summary>
    /// <returns>Whether it was the last: the id may now be given to another value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in use.</exception>
    public bool Release(int id)
    {
        if (Add(id, -1) > 0) return false;
        _counts.Delete(id);
        return true;
    }

    /// <returns>The value's id, or -1 when it is not in use.</returns>
    public int Find(ReadOnlySpan<byte> value) => _counts.Find(value);

    /// <summary>The value; valid until the next <see cref="Acquire"/> or <see cref="Release"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in use.</exception>
    public ReadOnlySpan<byte> BytesOf(int id) => _counts.KeyOf(id);

    /// <exception cref="ArgumentOutOfRangeException">The id is not in use.</exception>
    public int UsesOf(int id) => BinaryPrimitives.ReadInt32LittleEndian(_counts.ValueOf(id));

    public void Dispose() => _counts.Dispose();

    private int Add(int id, int uses)
    {
        var count = _counts.ValueForUpdateOf(id);
        var changed = checked(BinaryPrimitives.ReadInt32LittleEndian(count) + uses);
        BinaryPrimitives.WriteInt32LittleEndian(count, changed);
        return changed;
    }
}
