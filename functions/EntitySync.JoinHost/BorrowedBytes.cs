using Confluent.Kafka;

namespace EntitySync.JoinHost;

/// <summary>
/// Hands out a consumer's keys or values without an array each: the memory is valid until the next record of the same consumer is read.
/// Null stands for no key and for a tombstone. A consumer needs one for keys and one for values.
/// </summary>
internal sealed class BorrowedBytes : IDeserializer<ReadOnlyMemory<byte>?>
{
    private byte[] _buffer = new byte[1024];

    public ReadOnlyMemory<byte>? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (isNull) return null;
        if (data.Length > _buffer.Length) _buffer = new byte[Math.Max(data.Length, 2 * _buffer.Length)];
        data.CopyTo(_buffer);
        return _buffer.AsMemory(0, data.Length);
    }
}
