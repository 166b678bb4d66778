using System.Buffers.Binary;
using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// A root task's notes in the progress topic, as they are when it starts. Keys begin with a letter:
/// <list type="bullet">
/// <item><c>P</c>, varint length of the relation's name, the name, the topic: how far a broadcast topic has been passed on; value: format 1, then a varint next
/// offset for each partition. A relation that follows another topic begins anew.</item>
/// <item><c>C</c>, varint length of the relation's name, the name, the join value: a fan-out under way; value: format 1, 4 bytes next, 4 bytes end
/// (little endian), 1 byte whether it has wrapped.</item>
/// <item><c>R</c> and an entity's key: replays that wait for answers; value: format 1, then varint length and bytes of each message.</item>
/// </list>
/// </summary>
internal sealed class TaskProgress
{
    public const byte Format = 1;

    private readonly Dictionary<byte[], long[]> _positions = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], byte[]> _cursors = new(ByteKeyComparer.Instance);

    /// <summary>Waiting replay messages by entity key.</summary>
    public Dictionary<byte[], List<byte[]>> Replays { get; } = new(ByteKeyComparer.Instance);

    public void Restore(in LogRecord record)
    {
        if (record.Key is not { Length: > 0 } key) throw Unknown(record);
        var value = record.Value;
        if (value is { } bytes && (bytes.Length == 0 || bytes.Span[0] != Format)) throw Unknown(record);
        var rest = key.Span[1..];
        switch (key.Span[0])
        {
            case (byte)'P':
                _positions[rest.ToArray()] = value is { } positions ? Numbers(positions.Span[1..]) : [];
                break;
            case (byte)'C' when value is null:
                _cursors.Remove(rest.ToArray());
                break;
            case (byte)'C':
                _cursors[rest.ToArray()] = value.Value[1..].ToArray();
                break;
            case (byte)'R' when value is null:
                Replays.Remove(rest.ToArray());
                break;
            case (byte)'R':
                Replays[rest.ToArray()] = Messages(value.Value.Span[1..]);
                break;
            default:
                throw Unknown(record);
        }
    }

    /// <summary>Next offsets by partition; empty when nothing is noted.</summary>
    public ReadOnlySpan<long> PositionsOf(CompiledRelation relation) =>
        _positions.GetValueOrDefault(ProgressWriter.KeyOf('P', relation.Name, Encoding.UTF8.GetBytes(relation.Table))[1..]);

    /// <summary>Fan-outs that were under way.</summary>
    public IEnumerable<(string Relation, byte[] Value, uint Next, uint End, bool IsWrapped)> Cursors => _cursors.Select(entry =>
    {
        ReadOnlySpan<byte> key = entry.Key;
        var length = (int)Varint.Read(ref key);
        var state = entry.Value.AsSpan();
        return (
            Encoding.UTF8.GetString(key[..length]),
            key[length..].ToArray(),
            BinaryPrimitives.ReadUInt32LittleEndian(state),
            BinaryPrimitives.ReadUInt32LittleEndian(state[4..]),
            state[8] != 0);
    });

    private static long[] Numbers(ReadOnlySpan<byte> bytes)
    {
        var numbers = new List<long>();
        while (!bytes.IsEmpty) numbers.Add((long)Varint.Read(ref bytes));
        return [.. numbers];
    }

    private static List<byte[]> Messages(ReadOnlySpan<byte> bytes)
    {
        var messages = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            var length = (int)Varint.Read(ref bytes);
            messages.Add(bytes[..length].ToArray());
            bytes = bytes[length..];
        }

        return messages;
    }

    private static InvalidOperationException Unknown(in LogRecord record) =>
        new($"Progress record at partition {record.Partition}, offset {record.Offset} has a key or format this version does not know. Was it written by a newer one?");
}
