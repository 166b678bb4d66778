using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Replay;

internal static class ReplayRelations
{
    /// <summary>The relations whose changes reach the entity by a replay.</summary>
    public static IEnumerable<RelationDefinition> LookedUp(this EntityDefinition definition) =>
        definition.AllRelations.Where(relation => relation.Strategy == Strategy.Lookup);

    /// <summary>The distinct keys that <paramref name="causes"/> name, by the relation they reach the entity through; both in a fixed order.</summary>
    public static IEnumerable<RelatedKeys> Related(this EntityDefinition definition, IReadOnlyList<ReplayCause>? causes) =>
        from relation in definition.LookedUp()
        let keys = (causes ?? []).Where(cause => cause.Table == relation.From).Select(cause => cause.Key).Distinct(StringComparer.Ordinal).ToImmutableArray()
        where keys.Length > 0
        select new RelatedKeys(relation.Name, keys);
}
