using System.Buffers.Binary;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>
/// Which root tasks want the rows of which join value, and with which epoch. A value's list is one entry of the store: 4 bytes partition and 8 bytes epoch each
/// (little endian), ascending by partition; it is never longer than the answers topic has partitions.
/// </summary>
internal sealed class Subscribers : IDisposable
{
    private const int EntryBytes = sizeof(int) + sizeof(long);

    private readonly PagedStateStore _lists = new();
    private byte[] _list = new byte[8 * EntryBytes];

    public long PayloadBytes => _lists.PayloadBytes;

    public long AllocatedBytes => _lists.AllocatedBytes;

    /// <summary>The subscribers of a value. Valid until the next change.</summary>
    public SubscriberList Of(ReadOnlySpan<byte> joinValue) => new(_lists.TryGet(joinValue, out var list) ? list : default);

    /// <returns>The highest epoch the partition has asked with: after a crash an older question may come once more.</returns>
    public long Add(ReadOnlySpan<byte> joinValue, int partition, long epoch)
    {
        var list = Of(joinValue);
        var place = list.Find(partition);
        var isNew = place < 0;
        if (isNew) place = ~place;
        else epoch = Math.Max(epoch, list[place].Epoch);
        var length = CopyWithout(list, place, skipped: isNew ? 0 : 1, gap: 1);
        BinaryPrimitives.WriteInt32LittleEndian(_list.AsSpan(place * EntryBytes), partition);
        BinaryPrimitives.WriteInt64LittleEndian(_list.AsSpan((place * EntryBytes) + sizeof(int)), epoch);
        _lists.Put(joinValue, _list.AsSpan(0, length));
        return epoch;
    }

    public void Remove(ReadOnlySpan<byte> joinValue, int partition)
    {
        var list = Of(joinValue);
        var place = list.Find(partition);
        if (place < 0) return;
        var length = CopyWithout(list, place, skipped: 1, gap: 0);
        if (length > 0) _lists.Put(joinValue, _list.AsSpan(0, length));
        else _lists.Delete(joinValue);
    }

    public void Dispose() => _lists.Dispose();

    private int CopyWithout(SubscriberList list, int place, int skipped, int gap)
    {
        var length = (list.Count - skipped + gap) * EntryBytes;
        RecordBuffer.Reserve(ref _list, length);
        list.Bytes[..(place * EntryBytes)].CopyTo(_list);
        list.Bytes[((place + skipped) * EntryBytes)..].CopyTo(_list.AsSpan((place + gap) * EntryBytes));
        return length;
    }

    internal readonly ref struct SubscriberList(ReadOnlySpan<byte> bytes)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public int Count => Bytes.Length / EntryBytes;

        public (int Partition, long Epoch) this[int place]
        {
            get
            {
                var entry = Bytes.Slice(place * EntryBytes, EntryBytes);
                return (BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[sizeof(int)..]));
            }
        }

        /// <summary>Place of a partition, or the complement of where it belongs.</summary>
        public int Find(int partition)
        {
            int low = 0, high = Count - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var found = this[middle].Partition;
                if (found == partition) return middle;
                if (found < partition) low = middle + 1;
                else high = middle - 1;
            }

            return ~low;
        }
    }
}
