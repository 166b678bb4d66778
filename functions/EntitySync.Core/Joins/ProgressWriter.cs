using System.Buffers.Binary;
using System.Text;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>Writes a root task's notes; see <see cref="TaskProgress"/> for their form. Only what has changed since the last commit is written.</summary>
internal sealed class ProgressWriter
{
    private readonly TaskContext _context;
    private readonly RelatedRows[] _relations;
    private readonly WaitingReplays _waiting;
    private readonly IProgressNotes[] _others;
    private readonly string _topic;
    private readonly HashSet<FanoutCursor> _cursors = [];
    private readonly HashSet<BroadcastRows> _moved = [];
    private readonly Dictionary<FanoutCursor, byte[]> _keys = [];
    private readonly List<byte[]> _obsolete = [];
    private readonly Growable<byte> _value = new();
    private DefinitionNote? _definition;

    public ProgressWriter(TaskContext context, RelatedRows[] relations, FanoutCursors cursors, WaitingReplays waiting, params IProgressNotes[] others)
    {
        _context = context;
        _relations = relations;
        _waiting = waiting;
        _others = others;
        _topic = context.Part.Sources[context.Part.IndexOf(SourceRole.Progress)].Topic;
        cursors.OnDirty = OnDirty;
    }

    public bool HasUnsaved => _definition is not null || _cursors.Count + _moved.Count + _waiting.Dirty.Count + _obsolete.Count > 0 || Array.Exists(_others, notes => notes.HasUnsaved);

    public void OnMoved(BroadcastRows rows) => _moved.Add(rows);

    /// <summary>The task runs with this definition from now on.</summary>
    public void OnDefinition(in DefinitionNote definition) => _definition = definition;

    /// <summary>Removes a note that no longer means anything.</summary>
    public void Forget(byte[] key) => _obsolete.Add(key);

    /// <summary>The topic holds a note of this cursor.</summary>
    public void OnRestored(FanoutCursor cursor)
    {
        _keys[cursor] = KeyOf(cursor);
    }

    public void Save()
    {
        // A fan-out may have ended and another of the same value begun: the note of the new one comes last.
        foreach (var key in _obsolete) Remove(key);
        foreach (var cursor in _cursors) SaveCursor(cursor);
        foreach (var key in _waiting.Dirty) SaveReplays(key);
        foreach (var notes in _others) notes.Save(this);
        if (_definition is { } definition) SaveDefinition(definition);
        // Last: a position says that its fan-outs are noted. Without transactions a crash may leave the first notes and lose the rest.
        foreach (var rows in _moved) SavePositions(rows);
        _moved.Clear();
        _cursors.Clear();
        _waiting.Dirty.Clear();
        _obsolete.Clear();
        _definition = null;
    }

    /// <summary>Key of a note about a relation: kind, varint length of the relation's name, the name, the rest.</summary>
    public static byte[] KeyOf(char kind, string relation, ReadOnlySpan<byte> rest)
    {
        var key = new Growable<byte>();
        var name = Encoding.UTF8.GetBytes(relation);
        key.Add((byte)kind);
        Varint.Write(key, (ulong)name.Length);
        key.Append(name);
        key.Append(rest);
        return key.Span.ToArray();
    }

    public void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        _context.Sink.Send(new InternalRecord { Topic = _topic, Partition = _context.Partition, Key = key, Value = value });

    public void Remove(ReadOnlySpan<byte> key) => _context.Sink.Send(new InternalRecord { Topic = _topic, Partition = _context.Partition, Key = key, IsTombstone = true });

    // The value's bytes are gone when its last user is: the key is made while they are there.
    private void OnDirty(FanoutCursor cursor)
    {
        if (cursor.IsActive)
        {
            _cursors.Add(cursor);
            return;
        }

        _cursors.Remove(cursor);
        if (_keys.Remove(cursor, out var key)) _obsolete.Add(key);
    }

    private void SaveDefinition(in DefinitionNote definition)
    {
        _value.Clear();
        definition.Write(_value);
        Write([DefinitionNote.Kind], _value.Span);
    }

    private void SavePositions(BroadcastRows rows)
    {
        _value.Clear();
        _value.Add(TaskProgress.Format);
        foreach (var position in rows.Table.Positions) Varint.Write(_value, (ulong)position);
        Write(KeyOf('P', rows.Relation.Name, Encoding.UTF8.GetBytes(rows.Relation.Table)), _value.Span);
    }

    private void SaveCursor(FanoutCursor cursor)
    {
        if (!_keys.TryGetValue(cursor, out var key)) _keys[cursor] = key = KeyOf(cursor);
        _value.Clear();
        _value.Add(TaskProgress.Format);
        var bytes = _value.Reserve(TaskProgress.CursorBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, cursor.Next);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], cursor.End);
        bytes[8] = cursor.IsWrapped ? (byte)1 : (byte)0;
        _value.Advance(TaskProgress.CursorBytes);
        Write(key, _value.Span);
    }

    private void SaveReplays(byte[] entity)
    {
        byte[] key = [(byte)'R', .. entity];
        if (!_waiting.TryGet(entity, out var messages))
        {
            Remove(key);
            return;
        }

        _value.Clear();
        _value.Add(TaskProgress.Format);
        foreach (var message in messages)
        {
            Varint.Write(_value, (ulong)message.Length);
            _value.Append(message);
        }

        Write(key, _value.Span);
    }

    private byte[] KeyOf(FanoutCursor cursor) => KeyOf('C', _relations[cursor.Relation].Relation.Name, _relations[cursor.Relation].BytesOf(cursor.Value));
}
