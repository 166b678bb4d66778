using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>One file after its own checks: an entity, a reconciliation, or neither when there are problems.</summary>
/// <param name="Place">The file's root node, for positions.</param>
/// <param name="Problems">Its problems.</param>
internal sealed record LoadedFile(YamlPlace Place, ImmutableArray<DefinitionProblem> Problems)
{
    public EntityDefinition? Entity { get; private init; }

    public ReconciliationDefinition? Reconciliation { get; private init; }

    public bool IsSound => Entity is not null || Reconciliation is not null;

    /// <summary>What it defines, as messages say it. This and what follows: of sound files.</summary>
    public string Kind => Entity is null ? "reconciliation" : "entity";

    public string What => Entity is null ? "a reconciliation" : "an entity";

    public string Name => Entity?.Entity ?? Reconciliation!.Entity;

    public string SourceFile => Entity?.SourceFile ?? Reconciliation!.SourceFile;

    /// <summary>The topics EntitySync writes for it, each once.</summary>
    public IEnumerable<string> Written => Entity is not null ? InternalTopics.Written(Entity) : WrittenBy(Reconciliation!);

    /// <summary>The topics it reads, and where the file names them.</summary>
    public IEnumerable<(string Topic, YamlPlace Place)> Inputs => Entity is not null
        ? Sources(Entity.Relations, Place["relations"]).Prepend((Entity.Root.Topic, Place["root"]["topic"]))
        : [(Reconciliation!.Expected.Topic, Place["expected"]["topic"]), (Reconciliation.Arrived.Topic, Place["arrived"]["topic"])];

    public static LoadedFile Of(EntityDefinition definition, YamlPlace place) => new(place, []) { Entity = definition };

    public static LoadedFile Of(ReconciliationDefinition definition, YamlPlace place) => new(place, []) { Reconciliation = definition };

    public static LoadedFile Failed(ProblemList problems) => new(default, problems.ToImmutable());

    /// <summary>A file that could not be read at all.</summary>
    public static LoadedFile Failed(string file, string message, string found, string allowed, YamlMark? mark = null) =>
        new(default, [new DefinitionProblem(file, mark?.Line ?? 1, mark?.Column ?? 1, "", message, found, allowed)]);

    /// <summary>Where the file names a topic that is written; its name, when the topic is named after it.</summary>
    public YamlPlace PlaceOfWritten(string topic) =>
        Place["output"]["topic"].Text == topic ? Place["output"]["topic"] : Place["overdue"]["topic"].Text == topic ? Place["overdue"]["topic"] : Place["entity"];

    private static IEnumerable<string> WrittenBy(ReconciliationDefinition definition)
    {
        yield return definition.Output.Topic;
        if (definition.OverdueTopic is { } overdue) yield return overdue;
        yield return definition.DeadLetterTopic();
    }

    private static IEnumerable<(string Topic, YamlPlace Place)> Sources(IEnumerable<RelationDefinition> relations, YamlPlace places) =>
        from relation in relations
        let place = places[relation.Name]
        from source in Sources(relation.Relations, place["relations"]).Prepend((relation.From, place["from"]))
        select source;
}
