using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Try;

/// <summary>Why the last outputs of a table may depend on the order of arrival without anything being wrong.</summary>
internal static class OrderDependence
{
    /// <returns>A sentence; null when nothing that the definition or the records say explains it.</returns>
    public static string? Of(EntityDefinition definition, JoinCounts counts)
    {
        var reasons = new List<string>();
        if (definition.Emit.Once) reasons.Add("emit.once keeps the first output");
        if (counts.Dropped > 0) reasons.Add("an entity that is dropped keeps the output it had before");
        if (counts.DeadLettered > 0) reasons.Add("an entity that is dead-lettered keeps the output it had before");
        if (counts.SharedKeys > 0) reasons.Add("of rows that share a key of the root the last one counts");
        return reasons.Count == 0 ? null : $"The order of arrival may matter here: {string.Join(", ", reasons)}.";
    }
}
