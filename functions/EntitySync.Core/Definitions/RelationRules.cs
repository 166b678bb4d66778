using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Rules within and between the relations of one definition.</summary>
internal sealed class RelationRules(ProblemList problems)
{
    public void Check(YamlPlace relations, EntityDefinition definition)
    {
        var targets = new Targets(problems);
        foreach (var key in definition.Root.Key.Paths) targets.Reserve(key.Steps[0].Name, "the root's key");
        foreach (var relation in definition.Relations)
        {
            CheckRelation(relations[relation.Name], relation, targets);
        }

        CheckMatchesOfWritten(relations, definition.Relations);
    }

    private void CheckRelation(YamlPlace place, RelationDefinition relation, Targets siblings)
    {
        new MatchRules(problems).Check(place, relation);
        if (relation is { Strategy: Strategy.Lookup, Source: RelationSource.Topic })
            problems.Add(place["source"], "Enrich reads a reference table", "topic with strategy lookup", "table, or strategy broadcast or shuffle");
        if (relation.IsFromTable) CheckTableKey(place["key"], relation);
        if (relation is { IsFromTable: true, Format: DocumentFormat.Debezium })
            problems.Add(place["format"], "the rows of a reference table are published as plain JSON", "debezium", "json, or source: topic with strategy broadcast or shuffle");
        CheckCardinality(place, relation);
        siblings.TakeAll(place, $"relation '{relation.Name}'");
        CheckMissing(place);
        CheckNested(place, relation);
    }

    private void CheckTableKey(YamlPlace key, RelationDefinition relation)
    {
        var found = relation.Key switch
        {
            { Columns.Length: > 1 } composite => $"{composite.Columns.Length} fields",
            { Columns.Length: 1, Path: null } => "a computed key",
            { Path.Steps.Length: > 1 } nested => YamlScalar.Quote(nested.Path.Text),
            _ => null,
        };
        var other = relation.Strategy == Strategy.Lookup ? "strategy broadcast or shuffle" : "source: topic";
        if (found is not null) problems.Add(key, "a reference table is looked up by one field", found, $"one top-level field, or {other}");
    }

    private void CheckCardinality(YamlPlace place, RelationDefinition relation)
    {
        if (relation.Many && place["pick"].Exists)
            problems.Add(place["pick"], "pick takes one row, many: true takes all", "pick and many: true", "one of them");
        if (relation.Many && place["set"].Exists)
            problems.Add(place["set"], "many: true gives a list of rows, and set takes fields of one", "set and many: true", "embed with many: true, or set with pick");
        if (!relation.Many && place["order"].Exists)
            problems.Add(place["order"], "order arranges a list of rows", "order without many: true", "order with many: true, or pick");
        if (!relation.Many && place["limit"].Exists)
            problems.Add(place["limit"], "limit cuts a list of rows", "limit without many: true", "limit with many: true, or pick");
        if (place["fields"].Exists && !place["embed"].Exists)
            problems.Add(place["fields"], "fields names what embed takes over", "fields without embed", "fields with embed, or set");
    }

    private void CheckMissing(YamlPlace place)
    {
        var allowed = place["set"].Entries.Select(entry => entry.Key.Text).ToHashSet(StringComparer.Ordinal);
        if (place["embed"].Text is { } embed) allowed.Add(embed);
        if (allowed.Count == 0) return;
        var set = place["missing"]["set"];
        foreach (var key in set.Entries.Select(entry => entry.Key).Where(key => !allowed.Contains(key.Text)))
            problems.AddUnknownName(key, set[key.Text].Path, "not a field that this relation sets", allowed);
    }

    private void CheckNested(YamlPlace place, RelationDefinition relation)
    {
        if (relation.Relations.IsEmpty) return;
        if (relation.Strategy == Strategy.Lookup)
        {
            const string allowed = "strategy broadcast or shuffle for the parent, or no nested relations";
            problems.Add(place["relations"], "nested relations need strategy broadcast or shuffle", "relations under strategy lookup", allowed);
        }

        var targets = new Targets(problems);
        targets.TakeFields(place["fields"], "fields");
        foreach (var key in relation.Key.Paths) targets.Reserve(key.Steps[0].Name, $"the key of relation '{relation.Name}'");
        foreach (var nested in relation.Relations)
        {
            var nestedPlace = place["relations"][nested.Name];
            if (relation.Strategy != Strategy.Lookup && nested.Strategy == Strategy.Lookup) RefuseLookup(nestedPlace["strategy"], relation.Strategy);
            CheckRelation(nestedPlace, nested, targets);
        }

        CheckMatchesOfWritten(place["relations"], relation.Relations);
    }

    // Relations side by side all see the parent as it came. Whoever matches what a sibling writes expects a chain.
    private void CheckMatchesOfWritten(YamlPlace places, ImmutableArray<RelationDefinition> siblings)
    {
        var writers = new Dictionary<string, RelationDefinition>(StringComparer.Ordinal);
        foreach (var relation in siblings)
        {
            foreach (var target in relation.Targets) writers.TryAdd(target, relation);
        }

        foreach (var relation in siblings)
        {
            var match = places[relation.Name]["match"];
            if (relation.Match.Paths.FirstOrDefault(path => Writer(path) is { } writer && writer != relation) is not { } path) continue;
            var sibling = Writer(path)!.Name;
            problems.Add(match, "match reads the document as it came, without what relations write", $"{YamlScalar.Quote(path.Text)}, written by relation '{sibling}'", $"a field that no other relation writes, or relation '{relation.Name}' nested in '{sibling}'");
        }

        RelationDefinition? Writer(FieldPath path) => writers.GetValueOrDefault(path.Steps[0].Name);
    }

    // A related row with relations of its own is put together in the container.
    private void RefuseLookup(YamlPlace strategy, Strategy parent) =>
        problems.Add(strategy, "a nested relation is joined in the join topology", strategy.Node!.Shown, $"broadcast, shuffle, or no strategy (it is the parent's, {parent.ToString().ToLowerInvariant()})");

    /// <summary>Output fields that siblings have taken: each may be set by one of them only.</summary>
    private sealed class Targets(ProblemList problems)
    {
        private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

        public void Reserve(string target, string owner) => _owners[target] = owner;

        public void TakeAll(YamlPlace relation, string owner)
        {
            TakeFields(relation["set"], owner);
            if (relation["embed"] is { Text: { } embed } place) Take(place.Mark, place.Path, embed, owner);
            // Names inside the embedded object compete with each other only; with nested relations the nested check does this.
            if (!relation["relations"].Exists) new Targets(problems).TakeFields(relation["fields"], "fields");
        }

        public void TakeFields(YamlPlace place, string owner)
        {
            foreach (var entry in place.Entries) Take(entry.Key.Mark, place[entry.Key.Text].Path, entry.Key.Text, owner);
            foreach (var item in place.Items.Where(item => item.Text is not null)) Take(item.Mark, item.Path, item.Text!, owner);
        }

        private void Take(YamlMark mark, string path, string target, string owner)
        {
            if (_owners.TryAdd(target, owner)) return;
            problems.Add(mark, path, "a field is written twice", $"{YamlScalar.Quote(target)}, taken by {_owners[target]}", "a field that nothing else writes");
        }
    }
}
