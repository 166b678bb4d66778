using EntitySync.Core.Definitions;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>Folds events into one row. Reused from one row to the next; used by one thread at a time.</summary>
internal sealed class RowFold(CompiledReadModel model)
{
    private readonly RowFacts _facts = new();
    private readonly FactsWriter _writer = new(model);
    private readonly RowDocument _document = new(model);

    public CompiledReadModel Model => model;

    /// <exception cref="DamagedRowException">The row's facts cannot be read.</exception>
    public void Load(ReadModelRow? row)
    {
        _facts.Clear();
        if (row is not null) FactsReader.Read(model, row.Facts, _facts);
    }

    /// <summary>Applies an event unless it was applied before, or is the other origin's.</summary>
    /// <param name="one">The event.</param>
    /// <param name="changes">What it changes.</param>
    /// <param name="origin">Who brings it.</param>
    /// <param name="isLeftOut">True when it is only noted as applied, because the row does not take it.</param>
    public bool Apply(in RowEvent one, ReadOnlySpan<Fact> changes, EventOrigin origin, bool isLeftOut = false)
    {
        var lane = _facts.Lane(one.Topic, one.Partition);
        if (!lane.Take(one.Offset, origin, model)) return false;
        if (isLeftOut) return true;
        if (one.Deletes) lane.Delete(one.Offset, one.Time);
        if (one.Exists) lane.Exist(one.Offset, one.Time);
        foreach (ref readonly var change in changes)
        {
            var fact = change;
            (fact.Offset, fact.Time, fact.Id) = (one.Offset, one.Time, one.Id);
            lane.Add(fact, model);
        }

        return true;
    }

    /// <summary>The row as its facts make it; its bytes are its own.</summary>
    public ReadModelRow ToRow(string key, long revision, DateTimeOffset now)
    {
        _facts.DropCleared();
        var facts = _writer.Write(_facts);
        _document.Write(_facts);
        // An older event than the newest of its lane may have come through a deletion elsewhere: what is left of it is the row.
        if (_document.IsEmpty && !_facts.Exists()) return new ReadModelRow(key, revision, facts, null, [], Moments.Add(now, model.Definition.Keep));
        return new ReadModelRow(key, revision, facts, _document.Json.ToArray(), Indexes(key), null);
    }

    /// <summary>Lets go of the events' bytes.</summary>
    public void Clear() => _facts.Clear();

    private RowIndexEntry[] Indexes(string key)
    {
        if (model.Indexes.Length == 0) return [];
        var entries = new List<RowIndexEntry>(model.Indexes.Length);
        foreach (var (index, keyField, sortField) in model.Indexes)
        {
            if (IndexText.Of(_document.Value(keyField)) is { } value && SortOf(index, sortField, key) is { } sort) entries.Add(new RowIndexEntry(index.Name, value, sort, sortField >= 0 && index.SortsNumbers));
        }

        return [.. entries];
    }

    private string? SortOf(ReadModelIndex index, int field, string key) =>
        field < 0 ? key : index.SortsNumbers ? IndexText.OfNumber(_document.Value(field)) : IndexText.Of(_document.Value(field));
}
