using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EntitySync.Core.Definitions;

/// <summary>All feeds of a deployment, by name.</summary>
/// <param name="definitions">Their names differ.</param>
public sealed class FeedCatalog(IEnumerable<FeedDefinition> definitions)
{
    private readonly ImmutableSortedDictionary<string, FeedDefinition> _byName = definitions.ToImmutableSortedDictionary(definition => definition.Feed, definition => definition, StringComparer.Ordinal);

    public IEnumerable<FeedDefinition> All => _byName.Values;

    /// <summary>The defined feeds, for messages.</summary>
    public string Names => _byName.IsEmpty ? "none is defined" : string.Join(", ", _byName.Keys);

    public bool TryGet(string feed, [NotNullWhen(true)] out FeedDefinition? definition) => _byName.TryGetValue(feed, out definition);

    /// <summary>What to tell whoever asked for a feed that is not defined: the known ones, and the one probably meant.</summary>
    public string DescribeUnknown(string feed) => DidYouMean.DescribeUnknown("feed", feed, _byName.Keys, Names);
}
