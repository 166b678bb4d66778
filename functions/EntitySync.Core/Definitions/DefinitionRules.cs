using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What ties places of one definition together and so is not in the grammar: topics that must differ, emission, replay.</summary>
internal sealed class DefinitionRules(YamlPlace file, EntityDefinition definition, ProblemList problems)
{
    public void Check()
    {
        new TopicRules(file, definition, problems).Check();
        new EmissionRules(file, definition, problems).Check();
        CheckRoot(file["root"]);
        new RelationRules(problems).Check(file["relations"], definition);
        new MatchPathRules(problems).Check(file, definition);
        if (file["replay"].Exists) CheckReplay(file["replay"]);
        ProvisionReader.Check(file, definition.NamedTopics(), problems);
    }

    private void CheckRoot(YamlPlace root)
    {
        new MatchRules(problems).RefuseArrays(root["key"], "an entity has one key");
        if (definition.Root.Kind == RootKind.Table && !root["key"].Exists && root.Exists)
            problems.Add(root["key"], "a table needs it", "nothing", "the field that equals the record key, or root.kind stream");
        if (definition.Root is { Kind: RootKind.Stream, Format: DocumentFormat.Debezium })
            problems.Add(root["format"], "change events are the history of a table's rows", "debezium with root.kind stream", "root.kind table, or json: a topic of plain events (the connector's outbox)");
    }

    private void CheckReplay(YamlPlace replay)
    {
        if (definition.Root.Kind == RootKind.Stream)
            problems.Add(replay, "the records of a stream are events, which cannot be published again", "replay with root.kind stream", "root.kind table, or no replay");

        var solr = replay["ids"]["solr"];
        CheckNames(solr["match"]);
        CheckNames(replay["ids"]["dynamodb"]["indexes"]);
        if (solr.Exists) CheckLookupsHaveMatch(solr);
    }

    private void CheckNames(YamlPlace byRelation)
    {
        var names = definition.AllRelations.Select(relation => relation.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var key in byRelation.Entries.Select(entry => entry.Key).Where(key => !names.Contains(key.Text)))
            problems.AddUnknownName(key, byRelation[key.Text].Path, "unknown relation", names);
    }

    // A DynamoDB source without an index is scanned; Solr has no such way out, since only the match tells which documents to ask for.
    private void CheckLookupsHaveMatch(YamlPlace solr)
    {
        var match = solr["match"];
        foreach (var relation in definition.Relations.Where(relation => relation.Strategy == Strategy.Lookup && !match[relation.Name].Exists))
        {
            problems.Add(
                match,
                $"a change of {YamlScalar.Quote(relation.From)} could not find the entities it affects",
                $"no match for lookup relation '{relation.Name}'",
                $"match: {{ {relation.Name}: the Solr field that holds its keys }}, or strategy broadcast or shuffle for the relation");
        }
    }
}
