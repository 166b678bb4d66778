using System.Buffers.Binary;
using EntitySync.Core.Errors;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>Takes a key or value of an internal topic apart. What it cannot read stops the task: a guess would corrupt state.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> bytes, Position position)
{
    private readonly Position _position = position;
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => _rest.Length;

    public byte Byte() => Bytes(1)[0];

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(sizeof(long)));

    /// <summary>A number that a partition, a count or a length can be.</summary>
    public int Int32() => (int)Number(int.MaxValue);

    public long Offset() => (long)Number(long.MaxValue);

    /// <summary>Bytes after their length.</summary>
    public ReadOnlySpan<byte> Sized() => Bytes(Int32());

    public ReadOnlySpan<byte> Bytes(int length)
    {
        if (length > _rest.Length) throw Unreadable($"{length} bytes are expected, {_rest.Length} are left");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    public ReadOnlySpan<byte> Rest() => Bytes(_rest.Length);

    public readonly void ExpectFormat(byte found, byte expected)
    {
        if (found != expected) throw Unreadable($"format {found} is unknown");
    }

    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty) throw Unreadable($"{_rest.Length} bytes too many");
    }

    public readonly InvalidRequestException Unreadable(string reason) =>
        new($"{_position} cannot be read: {reason}. A newer version wrote it, or somebody else writes to this topic.");

    private ulong Number(ulong maximum)
    {
        var number = Number();
        return number <= maximum ? number : throw Unreadable($"number {number} is larger than {maximum}");
    }

    private ulong Number()
    {
        var length = Varint.TryRead(_rest, out var number);
        if (length == 0) throw Unreadable("a number is cut off");
        _rest = _rest[length..];
        return number;
    }
}
