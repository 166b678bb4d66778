using System.Buffers.Binary;

namespace EntitySync.Core.Joins;

/// <summary>
/// The records of a stream root that wait for answers, in the order they came. They are in the task's progress, because their own positions are committed meanwhile;
/// one that comes and goes between two commits leaves nothing there.
/// </summary>
internal sealed class WaitingEvents(JoinOptions options) : IProgressNotes
{
    private readonly Queue<WaitingEvent> _events = new();
    private readonly Queue<WaitingEvent> _unnoted = new(); // the last of the events
    private readonly List<long> _obsolete = [];

    public int Count => _events.Count;

    public long Bytes { get; private set; }

    /// <summary>True from one of the bounds on until half of them is free again.</summary>
    public bool IsFull { get; private set; }

    public bool HasUnsaved => _unnoted.Count + _obsolete.Count > 0;

    public void Add(WaitingEvent added)
    {
        _events.Enqueue(added);
        if (!added.IsNoted) _unnoted.Enqueue(added);
        Bytes += added.Note.Length;
        IsFull |= _events.Count >= options.WaitingEvents || Bytes >= options.WaitingEventBytes;
    }

    public bool TryPeek(out WaitingEvent first) => _events.TryPeek(out first!);

    /// <summary>The first is done.</summary>
    public void RemoveFirst()
    {
        var first = _events.Dequeue();
        if (first.IsNoted) _obsolete.Add(first.Offset);
        else _unnoted.Dequeue();
        Bytes -= first.Note.Length;
        IsFull &= _events.Count > options.WaitingEvents / 2 || Bytes > options.WaitingEventBytes / 2;
    }

    // Removals first, then the events as they came: without transactions a crash may lose the last of these, and then all records behind the last note come again.
    public void Save(ProgressWriter writer)
    {
        Span<byte> key = stackalloc byte[TaskProgress.EventKeyBytes];
        key[0] = TaskProgress.EventKind;
        foreach (var offset in _obsolete)
        {
            BinaryPrimitives.WriteInt64BigEndian(key[1..], offset);
            writer.Remove(key);
        }

        foreach (var waiting in _unnoted)
        {
            BinaryPrimitives.WriteInt64BigEndian(key[1..], waiting.Offset);
            writer.Write(key, waiting.Note);
            waiting.IsNoted = true;
        }

        _obsolete.Clear();
        _unnoted.Clear();
    }
}
