using System.Buffers.Binary;
using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// A root task's notes in the progress topic, as they are when it starts. Keys begin with a letter:
/// <list type="bullet">
/// <item><c>P</c>, varint length of the relation's name, the name, the topic: how far a broadcast topic has been passed on; value: format 1, then a varint next
/// offset for each partition. A relation that follows another topic begins anew.</item>
/// <item><c>C</c>, varint length of the relation's name, the name, the join value: a fan-out under way; value: format 1, 4 bytes next, 4 bytes end
/// (little endian), 1 byte whether it has wrapped.</item>
/// <item><c>D</c>: the definition the task ran with; value: see <see cref="DefinitionNote"/>.</item>
/// <item><c>E</c> and an entity's key: the entity was emitted, and <c>emit.once</c> lets nothing follow; value: format 1.</item>
/// <item><c>W</c>, 8 bytes offset (big endian): a record of a stream root that waits for answers; value: see <see cref="WaitingEvent"/>.</item>
/// <item><c>R</c> and an entity's key: replays that wait for answers; value: format 1, then varint length and bytes of each message.</item>
/// </list>
/// </summary>
internal sealed class TaskProgress(EmittedEntities emitted)
{
    public const byte Format = 1;

    public const byte EmittedKind = (byte)'E';

    public const byte EventKind = (byte)'W';

    public const int EventKeyBytes = 1 + sizeof(long);

    /// <summary>Bytes of a cursor's note after the format.</summary>
    public const int CursorBytes = 9;

    private readonly Dictionary<byte[], long[]> _positions = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], byte[]> _cursors = new(ByteKeyComparer.Instance);

    /// <summary>Waiting replay messages by entity key.</summary>
    public Dictionary<byte[], List<byte[]>> Replays { get; } = new(ByteKeyComparer.Instance);

    /// <summary>Notes of waiting events by offset, ascending.</summary>
    public SortedDictionary<long, byte[]> Events { get; } = [];

    /// <summary>The definition that the task last ran with; null when none is noted.</summary>
    public DefinitionNote? Definition { get; private set; }

    /// <exception cref="Errors.InvalidRequestException">Key or value cannot be read.</exception>
    public void Restore(in LogRecord record, Position position)
    {
        var key = new RecordReader(record.Key is { } bytes ? bytes.Span : default, position);
        var kind = key.Byte();
        var name = key.Rest();
        var value = new RecordReader(record.Value is { } noted ? noted.Span : default, position);
        if (record.Value is not null && kind != DefinitionNote.Kind) value.ExpectFormat(value.Byte(), Format);
        switch (kind)
        {
            case DefinitionNote.Kind:
                Definition = record.Value is null ? null : DefinitionNote.Read(value);
                break;
            case (byte)'P':
                _positions[name.ToArray()] = Numbers(value);
                break;
            case (byte)'C' when record.Value is null:
                _cursors.Remove(name.ToArray());
                break;
            case (byte)'C':
                _cursors[name.ToArray()] = Cursor(value);
                break;
            case EmittedKind:
                value.ExpectEnd();
                emitted.Restore(name, record.Value is not null);
                break;
            case EventKind:
                RestoreEvent(new RecordReader(name, position), record.Value, position);
                break;
            case (byte)'R' when record.Value is null:
                Replays.Remove(name.ToArray());
                break;
            case (byte)'R':
                Replays[name.ToArray()] = Messages(value);
                break;
            default:
                throw key.Unreadable($"kind {kind} is unknown");
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

    private void RestoreEvent(RecordReader key, ReadOnlyMemory<byte>? note, Position position)
    {
        var offset = BinaryPrimitives.ReadInt64BigEndian(key.Bytes(sizeof(long)));
        key.ExpectEnd();
        if (note is null)
        {
            Events.Remove(offset);
            return;
        }

        var kept = note.Value.ToArray();
        _ = new WaitingEvent(offset, kept).ToRecord(partition: 0, position); // one that cannot be read is told here, where its position is known
        Events[offset] = kept;
    }

    private static byte[] Cursor(RecordReader value)
    {
        var cursor = value.Bytes(CursorBytes).ToArray();
        value.ExpectEnd();
        return cursor;
    }

    private static long[] Numbers(RecordReader value)
    {
        var numbers = new List<long>();
        while (!value.IsAtEnd) numbers.Add(value.Offset());
        return [.. numbers];
    }

    private static List<byte[]> Messages(RecordReader value)
    {
        var messages = new List<byte[]>();
        while (!value.IsAtEnd) messages.Add(value.Sized().ToArray());
        return messages;
    }
}
