using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EntitySync.Core.Definitions;

/// <summary>All read models of a deployment, by name and by the topics they read.</summary>
public sealed class ReadModelCatalog
{
    private readonly ImmutableSortedDictionary<string, ReadModelDefinition> _byName;
    private readonly Dictionary<string, ImmutableArray<ReadModelDefinition>> _byTopic;

    /// <param name="definitions">Their names differ.</param>
    public ReadModelCatalog(IEnumerable<ReadModelDefinition> definitions)
    {
        _byName = definitions.ToImmutableSortedDictionary(definition => definition.ReadModel, definition => definition, StringComparer.Ordinal);
        _byTopic = All.SelectMany(definition => definition.Topics.Select(topic => (topic.Topic, Definition: definition)))
            .GroupBy(each => each.Topic, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(each => each.Definition).ToImmutableArray(), StringComparer.Ordinal);
    }

    public IEnumerable<ReadModelDefinition> All => _byName.Values;

    /// <summary>The defined read models, for messages.</summary>
    public string Names => _byName.IsEmpty ? "none is defined" : string.Join(", ", _byName.Keys);

    /// <summary>Topics that at least one of them reads.</summary>
    public IEnumerable<string> Topics => _byTopic.Keys.Order(StringComparer.Ordinal);

    public bool TryGet(string readModel, [NotNullWhen(true)] out ReadModelDefinition? definition) => _byName.TryGetValue(readModel, out definition);

    /// <summary>The read models that read <paramref name="topic"/>, by name; empty when nobody does.</summary>
    public ImmutableArray<ReadModelDefinition> OfTopic(string topic) => _byTopic.GetValueOrDefault(topic, []);

    /// <summary>What to tell whoever asked for a read model that is not defined: the known ones, and the one probably meant.</summary>
    public string DescribeUnknown(string readModel) => DidYouMean.DescribeUnknown("read model", readModel, _byName.Keys, Names);
}
