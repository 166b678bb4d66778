using System.Collections.Immutable;
using System.Text;

namespace EntitySync.Core.Definitions;

/// <summary>One place of a definition and what stands there, defaults included.</summary>
/// <param name="Path">As the loader's messages have it, e.g. <c>relations.stars.relations.repo.key</c>.</param>
/// <param name="Owner">Path of the relation it belongs to; empty for the entity itself.</param>
/// <param name="Name">Its key, e.g. <c>key</c>.</param>
/// <param name="Text">Canonical text; empty when nothing stands there.</param>
internal readonly record struct DefinitionEntry(string Path, string Owner, string Name, string Text);

/// <summary>Writes a definition down as entries, so that two can be compared place by place.</summary>
internal static class DefinitionEntries
{
    public static IEnumerable<DefinitionEntry> Of(EntityDefinition definition)
    {
        yield return new("root.topic", "", "topic", definition.Root.Topic);
        yield return new("root.key", "", "key", KeyText(definition.Root.Key));
        yield return new("root.kind", "", "kind", Word(definition.Root.Kind));
        yield return new("root.format", "", "format", Word(definition.Root.Format));
        foreach (var entry in definition.Relations.SelectMany(relation => Of(relation, "relations"))) yield return entry;
        yield return new("emit.when", "", "when", definition.Emit.When == EmitWhen.OnChange ? "on-change" : "always");
        yield return new("emit.complete", "", "complete", string.Join(", ", definition.Emit.Complete));
        yield return new("emit.once", "", "once", Word(definition.Emit.Once));
        yield return new("output.topic", "", "output", definition.Output.Topic);
        yield return new("hook", "", "hook", definition.Hook is { } hook ? $"{hook.Type}, {hook.Assembly}" : "");
        yield return new("replay", "", "replay", ReplayText(definition.Replay));
        yield return new("partitions", "", "partitions", PartitionsText(definition.Provision));
    }

    private static IEnumerable<DefinitionEntry> Of(RelationDefinition relation, string parent)
    {
        var owner = $"{parent}.{relation.Name}";
        yield return Entry("from", relation.From);
        yield return Entry("source", Word(relation.IsFromTable ? RelationSource.Table : RelationSource.Topic));
        yield return Entry("format", Word(relation.Format));
        yield return Entry("key", KeyText(relation.Key));
        yield return Entry("match", KeyText(relation.Match));
        yield return Entry("where", string.Join(", ", relation.Where.Select(condition => $"{condition.Field}: [{string.Join(", ", condition.Values.Select(Json))}]")));
        yield return Entry("pick", relation.Pick is { } pick ? $"{Word(pick.Order)}: {pick.Field}" : "");
        yield return Entry("many", Word(relation.Many));
        yield return Entry("order", relation.Order is { } order ? $"{order.By} {Word(order.Direction)}" : "");
        yield return Entry("limit", relation.Limit is { } limit ? $"{limit}" : "");
        yield return Entry("set", Mappings(relation.Set));
        yield return Entry("embed", relation.Embed?.Target ?? "");
        yield return Entry("fields", relation.Embed is { } embed ? Mappings(embed.Fields) : "");
        yield return Entry("missing", string.Join(", ", relation.Missing.Constants.Select(constant => $"{constant.Target}: {Json(constant.Json)}").Prepend(Word(relation.Missing.Action))));
        yield return Entry("strategy", Word(relation.Strategy));
        foreach (var nested in relation.Relations.SelectMany(nested => Of(nested, owner + ".relations"))) yield return nested;

        DefinitionEntry Entry(string name, string text) => new($"{owner}.{name}", owner, name, text);
    }

    private static string PartitionsText(TopicProvision provision) =>
        (provision.Partitions ?? TopicProvision.DefaultPartitions) + string.Concat(provision.Topics.Where(topic => topic.Value.Partitions is not null).Select(topic => $", {topic.Key} {topic.Value.Partitions}"));

    private static string KeyText(KeyDefinition key) => key.Columns.IsEmpty ? "" : key.ToString();

    private static string Mappings(ImmutableArray<FieldMapping> mappings) => string.Join(", ", mappings.Select(mapping =>
        mapping.Target + (mapping.Source.Text == mapping.Target ? "" : $": {mapping.Source}") + (mapping.Default is { } constant ? $" or {Json(constant)}" : "")));

    private static string ReplayText(ReplayDefinition? replay)
    {
        if (replay is null) return "";
        var filter = replay.Filter is { } text ? $", filter {text}" : "";
        var rate = replay.RatePerSecond is { } ids ? $", {ids} a second" : "";
        return $"{IdsText(replay.Ids)}{filter}, {replay.PageSize} ids a page{rate}";
    }

    private static string IdsText(IdSourceDefinition ids) => ids switch
    {
        SolrIdSourceDefinition solr => $"solr {solr.Collection} {solr.Key}{string.Concat(solr.Match.Select(entry => $", {entry.Key}: {entry.Value}"))}",
        DynamoDbIdSourceDefinition table =>
            $"dynamodb {table.Table} {table.Key}{string.Concat(table.Indexes.Select(entry => $", {entry.Key}: {entry.Value.Index} {entry.Value.Attribute}"))}, {table.Segments} segments",
        _ => ids.ToString(),
    };

    private static string Json(ImmutableArray<byte> json) => Encoding.UTF8.GetString(json.AsSpan());

    private static string Word<T>(T value)
        where T : struct => $"{value}".ToLowerInvariant();
}
