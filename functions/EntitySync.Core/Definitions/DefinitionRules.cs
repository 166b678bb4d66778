using EntitySync.Core.Definitions.Grammar;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What ties places of one definition together and so is not in the grammar: topics that must differ, emission, replay.</summary>
internal sealed class DefinitionRules(YamlPlace file, EntityDefinition definition, ProblemList problems)
{
    public void Check()
    {
        CheckTopics();
        CheckEmit(file["emit"]);
        CheckEmitOfLookups(file["emit"]);
        if (definition.Root.Kind == RootKind.Table && !file["root"]["key"].Exists && file["root"].Exists)
            problems.Add(file["root"]["key"], "a table needs it", "nothing", "the field that equals the record key, or root.kind stream");
        new RelationRules(problems).Check(file["relations"], definition);
        new MatchPathRules(problems).Check(file, definition);
        if (file["replay"].Exists) CheckReplay(file["replay"]);
    }

    /// <summary>The topics EntitySync writes for the entity: internal ones and the output.</summary>
    public static IEnumerable<string> WrittenTopics(EntityDefinition definition) => [.. InternalTopics(definition), definition.Output.Topic];

    private static IEnumerable<string> InternalTopics(EntityDefinition definition) =>
    [
        definition.ReplayTopic(), definition.UpdatesTopic(), definition.DeadLetterTopic(), definition.ProgressTopic(),
        .. definition.Relations.Where(relation => relation.Strategy == Strategy.Shuffle)
            .SelectMany(relation => new[] { definition.RowsTopic(relation), definition.QuestionsTopic(relation), definition.AnswersTopic(relation) }),
    ];

    private void CheckTopics()
    {
        var output = file["output"]["topic"];
        if (output.Text is { } topic && topic == definition.Root.Topic)
            problems.Add(output, "the entity would read its own output", $"the root's topic {YamlScalar.Quote(topic)}", "another topic");
        if (definition.Entity.Length == 0) return;
        RefuseInternal(output);
        RefuseInternal(file["root"]["topic"]);
        foreach (var relation in definition.Relations) CheckTopicsOf(relation, file["relations"][relation.Name]);
    }

    private void CheckTopicsOf(RelationDefinition relation, YamlPlace place)
    {
        RefuseInternal(place["from"]);
        if (relation.Strategy != Strategy.Shuffle || definition.QuestionsTopic(relation) is not { Length: > TextForms.LongestTopic } name) return;
        problems.Add(place, "the name of an internal topic is too long", $"'{name[..40]}…', {name.Length} characters", $"at most {TextForms.LongestTopic}: a shorter name of the relation or the entity");
    }

    private void RefuseInternal(YamlPlace topic)
    {
        if (topic.Text is { } name && InternalTopics(definition).Contains(name))
            problems.Add(topic, "", $"{YamlScalar.Quote(name)}, an internal topic of the entity", "another topic");
    }

    private void CheckEmit(YamlPlace emit)
    {
        var names = definition.Relations.Select(relation => relation.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in emit["complete"].OneOrMore.Where(name => name.Text is { } text && !names.Contains(text)))
            problems.Add(name, "unknown relation of the root", YamlScalar.Quote(name.Text!), string.Join(", ", names), DidYouMean.Nearest(name.Text!, names));
    }

    // The records that a lookup relation meets come one by one, without what was emitted for their key before.
    private void CheckEmitOfLookups(YamlPlace emit)
    {
        if (definition.Relations.FirstOrDefault(relation => relation.Strategy == Strategy.Lookup) is not { } lookup) return;
        if (definition.Emit.When == EmitWhen.OnChange) Refuse(emit["when"], "on-change", "always");
        if (definition.Emit.Once) Refuse(emit["once"], "true", "false");

        void Refuse(YamlPlace place, string found, string allowed) => problems.Add(
            place, "Enrich emits every record it enriches", $"{found} with lookup relation '{lookup.Name}'", $"{allowed}, or strategy broadcast or shuffle for all relations");
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
