using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>What became of one entity between two sets of definitions.</summary>
/// <param name="Entity">Its name, the new one when it has changed.</param>
/// <param name="Before">Null for an entity that is new.</param>
/// <param name="Now">Null for an entity that is no longer defined.</param>
/// <param name="Changes">In the order of the definition; empty when nothing has changed, or there is nothing to compare.</param>
public sealed record EntityComparison(string Entity, EntityDefinition? Before, EntityDefinition? Now, ImmutableArray<DefinitionChange> Changes)
{
    /// <summary>The worst of its changes.</summary>
    public ChangeSeverity Severity => Changes.IsEmpty ? ChangeSeverity.Compatible : Changes.Max(change => change.Severity);
}

/// <summary>
/// Tells a definition that can go on with the state of the one before from one that cannot. Pure. The incompatible changes are those of
/// <see cref="StateShape"/>, which a container can note and compare at its next start; the others are found place by place.
/// </summary>
public static class DefinitionComparison
{
    private const string ReplayAdvice = "Start a replay: until then entities that do not change by themselves keep their outputs";

    /// <summary>Compares sets by the entities' names. One that is gone and one that is new are the same renamed, when they share root and output topic.</summary>
    public static ImmutableArray<EntityComparison> CompareAll(IEnumerable<EntityDefinition> before, IEnumerable<EntityDefinition> now)
    {
        var gone = before.ToDictionary(definition => definition.Entity, StringComparer.Ordinal);
        var found = ImmutableArray.CreateBuilder<EntityComparison>();
        var unmatched = new List<EntityDefinition>();
        foreach (var definition in now)
        {
            if (gone.Remove(definition.Entity, out var same)) found.Add(new EntityComparison(definition.Entity, same, definition, Compare(same, definition)));
            else unmatched.Add(definition);
        }

        foreach (var definition in unmatched)
        {
            var former = gone.Values.OrderBy(old => old.Entity, StringComparer.Ordinal).FirstOrDefault(old => old.Root.Topic == definition.Root.Topic && old.Output == definition.Output);
            if (former is not null) gone.Remove(former.Entity);
            found.Add(new EntityComparison(definition.Entity, former, definition, former is null ? [] : Compare(former, definition)));
        }

        found.AddRange(gone.Values.Select(old => new EntityComparison(old.Entity, old, null, [])));
        return [.. found.OrderBy(comparison => comparison.Entity, StringComparer.Ordinal)];
    }

    /// <summary>All differences but that of the file's name; empty when there is none.</summary>
    public static ImmutableArray<DefinitionChange> Compare(EntityDefinition before, EntityDefinition now)
    {
        var incompatible = StateShapeComparison.Compare(StateShape.Places(before), StateShape.Places(now));
        var told = incompatible.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        var old = DefinitionEntries.Of(before).ToDictionary(entry => entry.Path, StringComparer.Ordinal);
        var entries = DefinitionEntries.Of(now).ToList();
        var owners = entries.Select(entry => entry.Owner).ToHashSet(StringComparer.Ordinal);
        var oldOwners = old.Values.Select(entry => entry.Owner).ToHashSet(StringComparer.Ordinal);
        var added = Outermost(owners, oldOwners).Select(owner => Added(owner, now));
        var removed = Outermost(oldOwners, owners).Select(owner => Removed(owner, before, now));
        var changed = entries.Where(entry => old.TryGetValue(entry.Path, out var was) && was.Text != entry.Text && !told.Contains(entry.Path)).Select(entry => Changed(entry, old[entry.Path].Text, before, now));
        return [.. incompatible, .. added, .. removed, .. changed];
    }

    /// <summary>Those that are not among the others, without the ones nested in them.</summary>
    private static IEnumerable<string> Outermost(HashSet<string> owners, HashSet<string> others) =>
        owners.Where(owner => !others.Contains(owner) && (owner.Split('.').Length <= 2 || others.Contains(owner[..owner.LastIndexOf(".relations.", StringComparison.Ordinal)])));

    private static DefinitionChange Added(string owner, EntityDefinition now) => Shaping(owner, "the relation is new", now, owner);

    private static DefinitionChange Removed(string owner, EntityDefinition before, EntityDefinition now)
    {
        var change = Shaping(owner, "the relation is gone", now, owner);
        var left = Leftovers(owner, before);
        return left.Length == 0 ? change : change with { Advice = $"{change.Advice}. Delete {left}, which nothing reads any more: a relation of that name would take them for its own" };
    }

    private static DefinitionChange Changed(in DefinitionEntry entry, string was, EntityDefinition before, EntityDefinition now)
    {
        var text = $"was {Shown(was)}, is {Shown(entry.Text)}";
        return (entry.Owner.Length == 0 ? entry.Name : "") switch
        {
            "when" or "replay" => new(ChangeSeverity.Compatible, entry.Path, text),
            "once" when now.Emit.Once => new(ChangeSeverity.Compatible, entry.Path, text, "What was emitted before is not noted: each entity is emitted once more"),
            "once" => new(ChangeSeverity.Compatible, entry.Path, text),
            "partitions" => new(
                ChangeSeverity.NeedsReplay, entry.Path, text,
                "Topics that are there keep their number, and a deployment stops while the definition says another: give the entity and its topics other names, and replay"),
            _ when entry.Name == "strategy" => OfStrategy(entry, text, was, before),
            _ when entry.Name == "source" => new(ChangeSeverity.Compatible, entry.Path, text),
            _ => Shaping(entry.Path, text, now, entry.Owner),
        };
    }

    private static DefinitionChange OfStrategy(in DefinitionEntry entry, string text, string was, EntityDefinition before)
    {
        const string same = "The outputs stay the same";
        var left = was == "shuffle" ? Leftovers(entry.Owner, before) : "";

        // Its event source goes with the deployment, so what waits in the topic is not enriched any more.
        if (was == "lookup") return new(ChangeSeverity.NeedsReplay, entry.Path, text, $"Start a replay when it is deployed: what Enrich has not read of {before.UpdatesTopic()} by then is lost otherwise");
        return new(ChangeSeverity.Compatible, entry.Path, text, left.Length > 0 ? $"{same}. Delete {left} before the relation is ever shuffled again" : same);
    }

    /// <summary>A change of what is made of the same root and rows.</summary>
    private static DefinitionChange Shaping(string path, string text, EntityDefinition now, string owner)
    {
        if (now.Root.Kind == RootKind.Stream) return new(ChangeSeverity.Compatible, path, text, "It holds for events from now on");
        var isNested = owner.Split('.').Length > 2;
        if (isNested) return new(ChangeSeverity.Compatible, path, text, "The joined rows are made anew at the start, and the entities follow them");
        if (now.Emit.Once) return new(ChangeSeverity.Compatible, path, text, "Entities that were emitted (emit.once) keep their outputs");
        return new(ChangeSeverity.NeedsReplay, path, text, ReplayAdvice);
    }

    private static string Leftovers(string owner, EntityDefinition before)
    {
        var prefix = StateShapeComparison.Prefix(before.Entity, owner);
        var kept = StateShape.Places(before).Keys.Where(place => place.EndsWith($" {owner}.from", StringComparison.Ordinal)).ToList();
        if (kept.Any(place => place.StartsWith(StateShape.Joined, StringComparison.Ordinal))) return $"the topics {prefix}-*";
        return kept.Count > 0 ? $"the topics {prefix}-rows, -questions and -answers" : "";
    }

    private static string Shown(string text) => text.Length > 0 ? $"'{text}'" : "nothing";
}
