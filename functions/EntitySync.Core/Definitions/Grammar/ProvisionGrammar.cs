namespace EntitySync.Core.Definitions.Grammar;

/// <summary>What each kind of definition but a feed may say about how its topics are made.</summary>
internal static class ProvisionGrammar
{
    private const int MostTopics = 200;

    // As short as a broker's cleanup can be of use; a broker keeps milliseconds in 64 bits.
    private static readonly DurationType Retention = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3653));

    private static readonly IntegerType Partitions = new(1, TopicProvision.MostPartitions);

    // One for all: the reference describes it once for each kind.
    private static readonly MapType Settings = new(TextForms.Topic, new ObjectType(
    [
        new("partitions", Partitions, "Partitions of this topic.", "6"),
        new("retention", Retention, "How long its records are kept. Of a topic that is not compacted; without it P7D, of dead letters P14D, of what a read model is rebuilt from for ever.", "\"P1D\""),
    ], AtLeastOneOf: ["partitions", "retention"], Without: "the entry would say nothing"), MostTopics);

    public static readonly GrammarKey[] Keys =
    [
        new("partitions", Partitions, "Partitions of the topics that the definition names and needs, when they are made (dead letters have one). A topic that is there already must have as many. Changing it later re-keys everything.", "12", Default: "3"),
        new("topicSettings", Settings, "What holds for single topics instead, by their names.", """{"delivery-classes":{"partitions":3}}"""),
    ];
}
