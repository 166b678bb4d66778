using EntitySync.Core.Definitions;

namespace EntitySync.Local.Synth;

/// <summary>A topic that Lambda polls for a function. One mapping a topic: a self-managed cluster allows no more.</summary>
/// <param name="Function">The function without <c>Function</c>.</param>
/// <param name="Topic">What is read.</param>
/// <param name="Group">Consumer group, behind the stack's name. Renaming it begins the topic anew.</param>
/// <param name="DeadLetters">Topic of records that were given up.</param>
internal sealed record KafkaSource(string Function, string Topic, string Group, string DeadLetters)
{
    /// <summary>All of them: functions in the order of the flow, topics by name.</summary>
    public static IReadOnlyList<KafkaSource> Of(DefinitionSet definitions) =>
    [
        .. definitions.Enriched.Select(definition => new KafkaSource("Enrich", definition.UpdatesTopic(), $"-enrich-{definition.UpdatesTopic()}", definition.DeadLetterTopic())),

        // Of several that read the topic the first one's dead letters: what is given up is given up by all of them together.
        .. definitions.Reconciliations.Topics.Order(StringComparer.Ordinal).Select(topic => new KafkaSource("Reconcile", topic, $"-reconcile-{topic}", definitions.Reconciliations.OfTopic(topic)[0].Definition.DeadLetterTopic())),
        .. definitions.ReadModels.Topics.Select(topic => new KafkaSource("ProjectReadModel", topic, $"-project-{topic}", definitions.ReadModels.OfTopic(topic)[0].DeadLetterTopic())),
    ];
}
