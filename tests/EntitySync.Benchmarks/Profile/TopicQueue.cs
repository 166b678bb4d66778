using EntitySync.Core.Joins;

namespace EntitySync.Benchmarks.Profile;

/// <summary>The records of an internal topic that have not been read yet. Blocks are used again, so that none is allocated once the longest backlog has been.</summary>
internal sealed class TopicQueue
{
    private const int BlockBytes = 4 << 20;

    private readonly Queue<(byte[] Block, int Start, int KeyBytes, int ValueBytes, bool IsTombstone)> _records = [];
    private readonly Stack<byte[]> _free = new();
    private byte[]? _writing;
    private byte[]? _reading;
    private int _end;
    private long _next;

    public int Count => _records.Count;

    public void Append(in InternalRecord record)
    {
        var bytes = record.Key.Length + record.Value.Length;
        if (_writing is null || _writing.Length - _end < bytes) StartBlock(bytes);
        record.Key.CopyTo(_writing.AsSpan(_end));
        record.Value.CopyTo(_writing.AsSpan(_end + record.Key.Length));
        _records.Enqueue((_writing!, _end, record.Key.Length, record.Value.Length, record.IsTombstone));
        _end += bytes;
    }

    /// <returns>The next record; its memory is valid until the next call.</returns>
    public LogRecord Take()
    {
        var (block, start, key, value, isTombstone) = _records.Dequeue();
        if (_reading is not null && !ReferenceEquals(_reading, block) && _reading.Length == BlockBytes) _free.Push(_reading);
        _reading = block;
        ReadOnlyMemory<byte>? row = block.AsMemory(start + key, value);
        return new LogRecord(0, 0, _next++, 0, block.AsMemory(start, key), isTombstone ? default(ReadOnlyMemory<byte>?) : row, []);
    }

    /// <summary>Gives the blocks back to the garbage collector. Only when it is empty.</summary>
    public void Trim()
    {
        _records.TrimExcess();
        _free.Clear();
        _writing = _reading = null;
        _end = 0;
    }

    private void StartBlock(int bytes)
    {
        _writing = bytes <= BlockBytes && _free.TryPop(out var free) ? free : new byte[Math.Max(bytes, BlockBytes)];
        _end = 0;
    }
}
