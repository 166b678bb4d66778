using EntitySync.Core.Definitions;

namespace EntitySync.Local.Explain;

/// <summary>All that the events of a read model go through: from live ones, and from the beginning of the topics while it is rebuilt.</summary>
internal static class ReadModelFlow
{
    public static readonly string Registry = Flow.Table("read-models");

    /// <summary>The table of whichever version.</summary>
    public static string Table(ReadModelDefinition definition) => Flow.Table($"read-model-{definition.ReadModel}-vN");

    public static IReadOnlyList<FlowStep> Of(ReadModelDefinition definition)
    {
        var table = Table(definition);
        var topics = definition.Topics.Select(topic => topic.Topic).ToList();
        List<FlowEdge> written = [new(table), new(definition.DeadLetterTopic(), "bad input")];
        if (definition.OutputTopic is { } output) written.Add(new FlowEdge(output, "changed rows"));
        return
        [
            new("ProjectReadModel", "Lambda function", null, [.. topics.Select(topic => new FlowEdge(topic)), new(Registry, "versions")], written),
            new("FillReadModel", "Lambda function, of the state machine rebuild-read-model", null, [.. topics.Select(topic => new FlowEdge(topic, "from the beginning"))], [new(table), new(Registry, "checkpoints")]),
            new("ReadModelApi", "Lambda function", null, [new(Registry, "alias"), new(table)], []),
        ];
    }
}
