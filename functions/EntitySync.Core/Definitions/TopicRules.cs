using EntitySync.Core.Definitions.Grammar;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Topics of one definition that must differ: what it reads, what it writes, and its internal ones.</summary>
internal sealed class TopicRules(YamlPlace file, EntityDefinition definition, ProblemList problems)
{
    private readonly HashSet<string> _internal = definition.Entity.Length == 0 ? [] : [.. InternalTopics.Of(definition).Select(topic => topic.Name)];

    public void Check()
    {
        var output = file["output"]["topic"];
        if (output.Text is { } topic && topic == definition.Root.Topic)
            problems.Add(output, "the entity would read its own output", $"the root's topic {YamlScalar.Quote(topic)}", "another topic");
        RefuseInternal(output);
        RefuseInternal(file["root"]["topic"]);
        CheckSources(definition.Relations, file["relations"], [(definition.Root.Topic, "the root")]);
        if (definition.Entity.Length > 0) CheckNames();
    }

    private void CheckSources(IEnumerable<RelationDefinition> relations, YamlPlace places, List<(string Topic, string Owner)> above)
    {
        foreach (var relation in relations)
        {
            var from = places[relation.Name]["from"];
            if (relation.From.Length > 0)
            {
                RefuseInternal(from);
                if (relation.From == definition.Output.Topic) problems.Add(from, "the entity would follow its own output", YamlScalar.Quote(relation.From), "another topic");
                if (above.Find(ancestor => ancestor.Topic == relation.From) is { Owner: { } owner })
                    problems.Add(from, "a relation to itself", $"{YamlScalar.Quote(relation.From)}, the topic of {owner}", "another topic, such as a copy of these rows with just the fields that are needed");
            }

            above.Add((relation.From, $"relation '{relation.Name}'"));
            CheckSources(relation.Relations, places[relation.Name]["relations"], above);
            above.RemoveAt(above.Count - 1);
        }
    }

    private void RefuseInternal(YamlPlace topic)
    {
        if (topic.Text is { } name && _internal.Contains(name)) problems.Add(topic, "", $"{YamlScalar.Quote(name)}, an internal topic of the entity", "another topic");
    }

    // At most one problem a relation, whose topics differ in their last word only. The entity's own are as short as its name, which the grammar bounds.
    private void CheckNames()
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var reported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, relation) in InternalTopics.Of(definition))
        {
            var path = string.Join('.', relation);
            if (name.Length > TextForms.LongestTopic)
            {
                if (relation.Length > 0 && reported.Add(path)) problems.Add(PlaceOf(relation), "the name of an internal topic is too long", $"'{name[..40]}…', {name.Length} characters", $"at most {TextForms.LongestTopic}: a shorter name of the relation or the entity");
            }
            else if (!owners.TryAdd(name, path) && reported.Add(path))
            {
                problems.Add(PlaceOf(relation), "two relations have an internal topic of the same name", $"{YamlScalar.Quote(name)}, also of relation '{owners[name]}'", "another name for one of the relations");
            }
        }
    }

    private YamlPlace PlaceOf(IEnumerable<string> relation) => relation.Aggregate(file, (place, name) => place["relations"][name]);
}
