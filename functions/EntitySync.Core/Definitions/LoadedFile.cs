using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>One file after its own checks: a definition, or none when there are problems.</summary>
/// <param name="Place">The file's root node, for positions.</param>
/// <param name="Problems">Its problems.</param>
internal sealed record LoadedFile(YamlPlace Place, ImmutableArray<DefinitionProblem> Problems)
{
    /// <summary>What it defines; this and what follows: of sound files.</summary>
    public FileKind Kind { get; private init; }

    /// <summary>An <see cref="EntityDefinition"/>, <see cref="ReconciliationDefinition"/>, <see cref="ReadModelDefinition"/> or <see cref="FeedDefinition"/>; null when there are problems.</summary>
    public object? Definition { get; private init; }

    public bool IsSound => Definition is not null;

    public string Name { get; private init; } = "";

    public string SourceFile { get; private init; } = "";

    /// <summary>The topics EntitySync writes for it, each once.</summary>
    public IEnumerable<string> Written => Definition switch
    {
        EntityDefinition entity => InternalTopics.Written(entity),
        ReconciliationDefinition reconciliation => Topics(reconciliation.Output.Topic, reconciliation.OverdueTopic, reconciliation.DeadLetterTopic()),
        ReadModelDefinition model => Topics(model.OutputTopic, model.DeadLetterTopic()),
        _ => [],
    };

    /// <summary>The topics it reads, and where the file names them.</summary>
    public IEnumerable<(string Topic, YamlPlace Place)> Inputs => Definition switch
    {
        EntityDefinition entity => Sources(entity.Relations, Place["relations"]).Prepend((entity.Root.Topic, Place["root"]["topic"])),
        ReconciliationDefinition reconciliation => [(reconciliation.Expected.Topic, Place["expected"]["topic"]), (reconciliation.Arrived.Topic, Place["arrived"]["topic"])],
        ReadModelDefinition model => model.Topics.Select(topic => (topic.Topic, Place["topics"].OfKey(topic.Topic))),
        FeedDefinition feed => [(feed.Topic, Place["topic"].Exists ? Place["topic"] : NamePlace)],
        _ => [],
    };

    public YamlPlace NamePlace => Place[Kind.NameKey()];

    public static LoadedFile Of(EntityDefinition definition, YamlPlace place) => Of(FileKind.Entity, definition, definition.Entity, definition.SourceFile, place);

    public static LoadedFile Of(ReconciliationDefinition definition, YamlPlace place) => Of(FileKind.Reconciliation, definition, definition.Entity, definition.SourceFile, place);

    public static LoadedFile Of(ReadModelDefinition definition, YamlPlace place) => Of(FileKind.ReadModel, definition, definition.ReadModel, definition.SourceFile, place);

    public static LoadedFile Of(FeedDefinition definition, YamlPlace place) => Of(FileKind.Feed, definition, definition.Feed, definition.SourceFile, place);

    public static LoadedFile Failed(ProblemList problems) => new(default, problems.ToImmutable());

    /// <summary>A file that could not be read at all.</summary>
    public static LoadedFile Failed(string file, string message, string found, string allowed, YamlMark? mark = null) =>
        new(default, [new DefinitionProblem(file, mark?.Line ?? 1, mark?.Column ?? 1, "", message, found, allowed)]);

    /// <summary>Where the file names a topic that is written; its name, when the topic is named after it.</summary>
    public YamlPlace PlaceOfWritten(string topic) =>
        Place["output"]["topic"].Text == topic ? Place["output"]["topic"] : Place["overdue"]["topic"].Text == topic ? Place["overdue"]["topic"] : NamePlace;

    private static LoadedFile Of(FileKind kind, object definition, string name, string sourceFile, YamlPlace place) =>
        new(place, []) { Kind = kind, Definition = definition, Name = name, SourceFile = sourceFile };

    private static IEnumerable<string> Topics(params string?[] topics) => topics.OfType<string>();

    private static IEnumerable<(string Topic, YamlPlace Place)> Sources(IEnumerable<RelationDefinition> relations, YamlPlace places) =>
        from relation in relations
        let place = places[relation.Name]
        from source in Sources(relation.Relations, place["relations"]).Prepend((relation.From, place["from"]))
        select source;
}
