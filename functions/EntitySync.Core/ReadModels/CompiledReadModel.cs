using System.Collections.Concurrent;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels.Facts;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels;

/// <summary>A definition with its readers. Immutable, thread-safe.</summary>
public sealed class CompiledReadModel
{
    private readonly Dictionary<string, EventReader> _topics;

    /// <exception cref="InvalidRequestException">The definition contradicts itself in a way that its rules refuse.</exception>
    public CompiledReadModel(ReadModelDefinition definition)
    {
        Definition = definition;
        Fields = ModelField.Of(definition);
        HasDeletes = definition.Topics.Any(topic => topic.Deletes);
        string[] ranks = [.. definition.Topics.Select(topic => topic.Topic).Order(StringComparer.Ordinal)];
        HasIds = [.. ranks.Select(rank => definition.Topics.First(topic => topic.Topic == rank).Id is not null)];
        _topics = definition.Topics.ToDictionary(topic => topic.Topic, topic => new EventReader(this, topic, Array.IndexOf(ranks, topic.Topic)), StringComparer.Ordinal);
        Indexes = [.. definition.Indexes.Select(index => (index, IndexOf(index, index.Key), index.Sort is { } sort ? IndexOf(index, sort) : -1))];
    }

    public ReadModelDefinition Definition { get; }

    /// <summary>Amounts of one row that are kept for each lane as single events, so that a deletion can take those before it and one that is sent twice is known; what is older is added up. A version keeps to one number.</summary>
    public int AmountsOfALane { get; init; } = 1000;

    /// <summary>In the order in which the definition mentions them first.</summary>
    internal ModelField[] Fields { get; }

    /// <summary>True when some event deletes rows.</summary>
    internal bool HasDeletes { get; }

    /// <summary>What batches work with, for the next ones; as many as there ever were at once.</summary>
    internal ConcurrentBag<BatchEvents> SpareEvents { get; } = [];

    internal ConcurrentBag<RowFold> SpareFolds { get; } = [];

    internal int TopicCount => _topics.Count;

    /// <summary>By rank: true when the events of the topic have ids.</summary>
    internal bool[] HasIds { get; }

    /// <summary>True when the increments of a topic are kept as single events.</summary>
    internal bool KeepsAmounts(int topic) => HasDeletes || HasIds[topic];

    /// <summary>Each index with the fields of its key and sort; -1 when the row's key sorts.</summary>
    internal (ReadModelIndex Index, int Key, int Sort)[] Indexes { get; }

    /// <summary>Null for a topic that the definition does not read.</summary>
    internal EventReader? ReaderOf(string topic) => _topics.GetValueOrDefault(topic);

    internal int IndexOf(string field) => Array.FindIndex(Fields, one => one.Name == field);

    private int IndexOf(ReadModelIndex index, string field) => IndexOf(field) is >= 0 and var found
        ? found
        : throw new InvalidRequestException($"Read model '{Definition.ReadModel}': index '{index.Name}' is by '{field}', a field that no event changes.");
}
