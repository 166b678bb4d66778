using EntitySync.Core.Definitions;
using EntitySync.Local.Template;
using EntitySync.Testing;

namespace EntitySync.Tests.Template;

public sealed class TopicsTests
{
    private static readonly EntityDefinition Item = SampleDefinitions.Item();

    private readonly Dictionary<string, TopicSettings> _topics = TopicsFile.Load(Checkout.PathOf("infra", "topics.yaml")).ToDictionary(topic => topic.Name);

    [Fact]
    public void Topics_AreThoseTheDefinitionsNeed() => _topics.Keys.ShouldBe(
        [Item.Root.Topic, Item.ReplayTopic(), Item.UpdatesTopic(), Item.Output.Topic, Item.DeadLetterTopic(), .. Item.AllRelations.Select(relation => relation.From)],
        ignoreOrder: true);

    [Fact]
    public void TopicsOfOneTask_HaveTheSamePartitions() =>
        new[] { Item.ReplayTopic(), Item.UpdatesTopic() }.ShouldAllBe(topic => _topics[topic].Partitions == _topics[Item.Root.Topic].Partitions);

    [Fact]
    public void TopicsThatStateIsRestoredFrom_AreCompacted() =>
        _topics.Values.Where(topic => topic.Compacted).Select(topic => topic.Name).ShouldBe([Item.Root.Topic, Item.Output.Topic, "delivery-classes"], ignoreOrder: true);

    [Theory]
    [InlineData("topics: { a: { partitions: 0, cleanup: compact } }", "Topic a: partitions is '0', a whole number above 0 is expected.")]
    [InlineData("topics: { a: { partitions: 1, cleanup: keep } }", "Topic a: cleanup is 'keep', allowed are compact and delete.")]
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
