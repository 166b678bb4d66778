using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Template;
using EntitySync.Testing;

namespace EntitySync.Tests.Template;

public sealed class TopicsTests
{
    private static readonly EntityDefinition Item = SampleDefinitions.Item();

    private readonly Dictionary<string, TopicSettings> _topics = TopicsFile.Load(Checkout.PathOf("infra", "topics.yaml")).ToDictionary(topic => topic.Name);

    private static ReadModelCatalog ReadModels { get; } = DefinitionLoader.LoadReadModels(Checkout.PathOf("infra", "entities"));

    private static Strategy[] Strategies => Enum.GetValues<Strategy>();

    /// <summary>Item with each strategy, all others as their files have them.</summary>
    private static List<JoinTopology> Topologies { get; } =
    [
        .. DefinitionLoader.LoadCatalog(Checkout.PathOf("infra", "entities")).All.Where(definition => definition.Entity != Item.Entity)
            .Concat(Strategies.Select(strategy => SampleDefinitions.Item(strategy: strategy)))
            .Select(definition => JoinTopology.BuildTopology(definition)),
    ];

    [Fact]
    public void Topics_AreThoseTheDefinitionsNeed() => _topics.Keys.ShouldBe(
        Topologies.SelectMany(topology => topology.Topics.Append(topology.Definition.Output.Topic)).Concat(["delivery-classes", "delivery-classes-dead-letters"])
            .Concat(DefinitionLoader.LoadReconciliations(Checkout.PathOf("infra", "entities")).All.SelectMany(definition => (string[])[
                definition.Expected.Topic, definition.Arrived.Topic, definition.Output.Topic, definition.OverdueTopic!, definition.DeadLetterTopic()]))
            .Concat(ReadModels.Topics).Concat(ReadModels.All.SelectMany(definition => (string?[])[definition.OutputTopic, definition.DeadLetterTopic()]).OfType<string>())
            .Concat(DefinitionLoader.LoadFeeds(Checkout.PathOf("infra", "entities")).All.Select(feed => feed.Topic))
            .Distinct(),
        ignoreOrder: true);

    [Fact]
    public void TopicsOfOneTask_HaveTheSamePartitions() => Topologies.SelectMany(topology => new[] { topology.Definition.ReplayTopic(), topology.Definition.UpdatesTopic() }.Select(topic => (topic, topology.Definition.Root.Topic)))
        .Where(pair => _topics.ContainsKey(pair.topic))
        .ShouldAllBe(pair => _topics[pair.topic].Partitions == _topics[pair.Topic].Partitions);

    [Fact]
    public void InternalTopics_HaveThePartitionsAndCleanupThatTheTopologyNeeds() => Topologies.SelectMany(topology => topology.InternalTopics)
        .ShouldAllBe(topic => _topics[topic.Name].Partitions == _topics[topic.PartitionsOf].Partitions && _topics[topic.Name].Compacted == topic.IsCompacted);

    [Fact]
    public void CompactedTopics_AreThoseThatStateIsRestoredFromAndTheOutputsOfTablesAndReadModels() =>
        _topics.Values.Where(topic => topic.Compacted).Select(topic => topic.Name).ShouldBe(
            Topologies.SelectMany(topology => topology.SubTopologies).SelectMany(part => part.Sources).Where(source => source.RestoresState).Select(source => source.Topic)
                .Concat(Topologies.Where(topology => topology.Definition.Root.Kind == RootKind.Table).Select(topology => topology.Definition.Output.Topic))
                .Concat(ReadModels.All.Select(definition => definition.OutputTopic).OfType<string>())
                .Distinct(),
            ignoreOrder: true);

    [Fact]
    public void TopicsOfReadModels_AreKeptForEver() =>
        _topics.Values.Where(topic => topic.Retention == Timeout.InfiniteTimeSpan).Select(topic => topic.Name).ShouldBe(ReadModels.Topics, ignoreOrder: true);

    [Fact]
    public void CommentsOfInternalTopics_NameTheStrategiesThatNeedThem()
    {
        foreach (var topic in new[] { Item.UpdatesTopic() }.Concat(Strategies.SelectMany(Internal)).Distinct())
        {
            var needing = Strategies.Where(strategy => Internal(strategy).Contains(topic) || JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: strategy)).EmissionTopic == topic);
            var line = File.ReadLines(Checkout.PathOf("infra", "topics.yaml")).Single(line => line.TrimStart().StartsWith(topic + ":", StringComparison.Ordinal));
            line.ShouldContain($"# {string.Join(", ", needing.Select(strategy => strategy.ToString().ToLowerInvariant()))}: ");
        }

        static IEnumerable<string> Internal(Strategy strategy) => JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: strategy)).InternalTopics.Select(topic => topic.Name);
    }

    [Theory]
    [InlineData("topics: { a: { partitions: 0, cleanup: compact } }", "Topic a: partitions is '0', a whole number above 0 is expected.")]
    [InlineData("topics: { a: { partitions: 1, cleanup: keep } }", "Topic a: cleanup is 'keep', allowed are compact and delete.")]
    [InlineData("topics: { a: { partitions: 1, cleanup: delete, retentionHours: forever } }", "Topic a: retentionHours is 'forever', a whole number above 0 is expected.")]
    [InlineData("topics: { a: { partitions: 1, cleanup: compact, retentionHours: unlimited } }", "Topic a: retentionHours belongs to cleanup: delete, and only there.")]
    [InlineData("topics: { a: { partitions: 1, cleanup: delete } }", "Topic a: retentionHours belongs to cleanup: delete, and only there.")]
    public void WrongEntry_IsNamed(string yaml, string message)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(file, yaml);
        try
        {
            Should.Throw<InvalidDataException>(() => TopicsFile.Load(file)).Message.ShouldBe(message);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
