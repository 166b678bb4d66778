using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Facts;

namespace EntitySync.Core.ReadModels.Reading;

/// <summary>The events of a batch, those of one row together, whichever topic they are from. Read-only once it is read; reused from one batch to the next.</summary>
internal sealed class BatchEvents(CompiledReadModel model)
{
    private readonly Growable<RowEvent> _events = new();
    private readonly Growable<Fact> _changes = new();
    private readonly Growable<(string Key, int First, int Last)> _rows = new();
    private readonly Dictionary<string, int> _byKey = new(StringComparer.Ordinal);

    /// <summary>Messages that can never be used.</summary>
    public List<BadMessage> Bad { get; private set; } = [];

    /// <summary>Events of rows.</summary>
    public int Count => _events.Count;

    /// <summary>Rows, in the order in which they are heard of first.</summary>
    public int Rows => _rows.Count;

    public string Key(int row) => _rows[row].Key;

    /// <summary>Index of the row's first event; <see cref="RowEvent.Next"/> leads to the others, those of a partition in the order of their offsets.</summary>
    public int FirstOf(int row) => _rows[row].First;

    public ref RowEvent this[int index] => ref _events[index];

    /// <summary>What an event changes, without its offset and time.</summary>
    public ReadOnlySpan<Fact> ChangesOf(in RowEvent one) => _changes.Span.Slice(one.FirstChange, one.Changes);

    /// <summary>Lets go of the batch; <see cref="Bad"/> is whoever's who has taken it.</summary>
    public void Clear()
    {
        _events.Clear();
        _changes.Clear();
        _rows.Clear();
        _byKey.Clear();
        Bad = [];
    }

    public void Read(IReadOnlyList<PartitionRecords> partitions)
    {
        var values = new FieldValues();
        foreach (var partition in partitions)
        {
            if (model.ReaderOf(partition.Topic) is not { } reader) continue;
            for (var index = 0; index < partition.Records.Count; index++) Read(reader, new MessageReference(partition, index), values);
        }
    }

    private void Read(EventReader reader, in MessageReference reference, FieldValues values)
    {
        var record = reference.Record;
        var one = new RowEvent { Reference = reference, Topic = reader.Rank, Partition = reference.Partition.Partition, Offset = record.Offset, Next = -1 };
        var problem = reader.Read(record, values, _changes, ref one);
        if (problem is null && (one.Deletes || one.Exists))
        {
            Add(one, values.Key.Span);
            return;
        }

        _changes.Truncate(one.FirstChange);
        if (problem is not null) Bad.Add(new BadMessage(reference, problem));
    }

    private void Add(in RowEvent one, ReadOnlySpan<byte> key)
    {
        var added = _events.Count;
        _events.Add(one);
        Span<char> text = stackalloc char[KeyReader.MaximumBytes];
        text = text[..Encoding.UTF8.GetChars(key, text)];
        var rows = _byKey.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!rows.TryGetValue(text, out var row))
        {
            var id = text.ToString();
            _byKey.Add(id, _rows.Count);
            _rows.Add((id, added, added));
            return;
        }

        ref var known = ref _rows[row];
        _events[known.Last].Next = added;
        known.Last = added;
    }
}
