using System.Buffers.Binary;
using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>What there is of a topology's state.</summary>
public interface IStateRemains
{
    /// <summary>True when a topic has a record; false also when there is no such topic.</summary>
    bool HoldsRecords(string topic);

    /// <summary>True when the group has a position in one of the topic's partitions.</summary>
    bool HasPosition(string topic);
}

/// <summary>
/// Decides before the first task of an entity works whether its definition can go on with the state that is there.
/// <list type="bullet">
/// <item>Its owner gives it every record of <see cref="Topics"/>, those of a partition in offset order, then asks it to <see cref="Decide"/>.</item>
/// <item>It decides for all parts and partitions: those that re-key and answer keep no notes, and must not write rows of the new form either.</item>
/// <item>The newest note of all counts. A definition was noted only after it had passed here, so what older notes of other partitions say was decided then.</item>
/// <item>What is gone is in nobody's way: once internal topics are made anew and positions deleted, as the advice has it, notes about them say nothing.</item>
/// </list>
/// </summary>
public sealed class StateCheck
{
    private const int Shown = 3;

    private readonly JoinTopology _topology;
    private readonly string _shape;
    private readonly Dictionary<(string Topic, int Partition), Noted> _notes = [];
    private readonly HashSet<(int Partition, long Offset)> _waiting = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal); // the same shape in every partition

    public StateCheck(JoinTopology topology)
    {
        _topology = topology;
        _shape = StateShape.Of(topology.Definition);
        var topics = topology.SubTopologies.SelectMany(part => part.Sources).Where(source => source.Role == SourceRole.Progress).Select(source => source.Topic);
        // A stream without shuffle relation keeps nothing, but may have: events that still wait.
        if (topology.Definition.Root.Kind == RootKind.Stream) topics = topics.Append(topology.Definition.ProgressTopic());
        Topics = [.. topics.Distinct(StringComparer.Ordinal)];
    }

    public string Entity => _topology.Entity;

    /// <summary>Where notes are. One that does not exist has none.</summary>
    public ImmutableArray<string> Topics { get; }

    /// <summary>False when the definition is so large that its shape is not noted, and no change of it will be noticed.</summary>
    public bool IsNoted => DefinitionNote.Of(_topology, _topology.RootPart.Node).Shape is not null;

    /// <param name="topic">One of <see cref="Topics"/>.</param>
    /// <param name="record">The memory may be the reader's own.</param>
    /// <exception cref="InvalidRequestException">A note of a definition cannot be read.</exception>
    public void Take(string topic, in LogRecord record)
    {
        if (record.Key is not { Length: > 0 } key) return; // the task that restores it refuses it
        if (key.Span[0] == DefinitionNote.Kind && key.Length == 1) TakeDefinition(topic, record);
        if (key.Span[0] == TaskProgress.EventKind && key.Length == TaskProgress.EventKeyBytes && topic == _topology.Definition.ProgressTopic()) TakeEvent(record, key.Span);
    }

    /// <summary>Returns when the definition can go on with what is there, or when no shape is noted.</summary>
    /// <exception cref="InvalidRequestException">It cannot: entity, what has changed from what to what, and the way out.</exception>
    public void Decide(IStateRemains remains)
    {
        if (_notes.Count == 0) return;
        var newest = _notes.Values.MaxBy(note => note.Timestamp);
        var changes = Compare(newest).Where(change => IsThere(change.Kept, remains)).ToList();
        if (changes.Count == 0) return;
        var more = changes.Count > Shown ? $" And {changes.Count - Shown} more." : "";
        throw new InvalidRequestException(
            $"Entity '{Entity}'{(_topology.Definition.SourceFile.Length > 0 ? $" ({_topology.Definition.SourceFile})" : "")}: the definition cannot go on with the state that is there. "
            + $"{string.Join(". ", changes.Take(Shown))}.{more} Nothing has been read or written: the definition of before goes on where it stopped.");
    }

    private void TakeDefinition(string topic, in LogRecord record)
    {
        var position = new Position(topic, record.Partition, record.Offset);
        var shape = record.Value is { } value ? DefinitionNote.Read(new RecordReader(value.Span, position)).Shape : null;
        _notes.Remove((topic, record.Partition));
        if (shape is null) return;
        if (!_texts.TryGetValue(shape, out var text)) _texts[shape] = text = shape;
        _notes[(topic, record.Partition)] = new Noted(record.Timestamp, text, position);
    }

    private void TakeEvent(in LogRecord record, ReadOnlySpan<byte> key)
    {
        var note = (record.Partition, BinaryPrimitives.ReadInt64BigEndian(key[1..]));
        if (record.Value is null) _waiting.Remove(note);
        else _waiting.Add(note);
    }

    private ImmutableArray<DefinitionChange> Compare(Noted note)
    {
        try
        {
            return StateShape.Compare(note.Shape, _shape);
        }
        catch (FormatException problem)
        {
            throw new InvalidRequestException($"{note.Position} cannot be read: {problem.Message} A newer version wrote it, or somebody else writes to this topic.", problem);
        }
    }

    private bool IsThere(KeptState? kept, IStateRemains remains) => kept is null
        || kept.Topics.Any(remains.HoldsRecords)
        || kept.Positions.Any(remains.HasPosition)
        || (kept.IsWaiting && _waiting.Count > 0);

    private readonly record struct Noted(long Timestamp, string Shape, Position Position);
}
