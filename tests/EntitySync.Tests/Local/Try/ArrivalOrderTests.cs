using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Local.Examples;
using EntitySync.Local.Samples;
using EntitySync.Local.Try;

namespace EntitySync.Tests.Local.Try;

public sealed class ArrivalOrderTests
{
    private static readonly ExampleData Data = new([Topic("labels", "a", "b", "a"), Topic("rates", "a", null, "b", "c")], Topic("items", "x", "y", "x", "x"), [], []);

    private static readonly EntityDefinition Definition = DefinitionLoader.LoadText("""
        entity: item
        root: { topic: items, key: sku }
        relations:
          label:
            from: labels
            key: id
            match: labelId
            embed: label
            strategy: broadcast
            relations:
              rate: { from: rates, key: id, match: rateId, embed: rate }
        output: { topic: out }
        """, "item.yaml").Definitions.Single();

    [Fact]
    public void OfFiles_IsTopicByTopic_TheInnermostFirst() => Arrive(ArrivalOrder.OfFiles(Definition, Data)).ShouldBe(
        ["rates a 1", "rates - 2", "rates b 3", "rates c 4", "labels a 1", "labels b 2", "labels a 3", "items x 1", "items y 2", "items x 3", "items x 4"]);

    [Fact]
    public void Seed_MakesOneOrder()
    {
        var orders = Enumerable.Range(0, 20).Select(seed => string.Join(';', Arrive(ArrivalOrder.Of(Data, seed)))).ToList();

        Enumerable.Range(0, 20).Select(seed => string.Join(';', Arrive(ArrivalOrder.Of(Data, seed)))).ShouldBe(orders);
        orders.Distinct().Count().ShouldBe(20);
    }

    [Fact]
    public void AnySeed_KeepsTheOrderOfEachKey_AndOfATopicWithRecordsWithoutKey()
    {
        for (var seed = -50; seed < 50; seed++)
        {
            var arrived = Arrive(ArrivalOrder.Of(Data, seed));
            arrived.Order().ShouldBe(Arrive(ArrivalOrder.OfFiles(Definition, Data)).Order(), $"seed {seed}");
            arrived.Where(record => record.StartsWith("labels a", StringComparison.Ordinal)).ShouldBe(["labels a 1", "labels a 3"], $"seed {seed}");
            arrived.Where(record => record.StartsWith("items x", StringComparison.Ordinal)).ShouldBe(["items x 1", "items x 3", "items x 4"], $"seed {seed}");
            arrived.Where(record => record.StartsWith("rates", StringComparison.Ordinal)).ShouldBe(["rates a 1", "rates - 2", "rates b 3", "rates c 4"], $"seed {seed}");
        }
    }

    [Fact]
    public void Seeds_LetEachRecordComeFirstThatCan() => Enumerable.Range(0, 500).Select(seed => Arrive(ArrivalOrder.Of(Data, seed))[0]).Distinct().Order(StringComparer.Ordinal)
        .ShouldBe(["items x 1", "items y 2", "labels a 1", "labels b 2", "rates a 1"]);

    private static List<string> Arrive(IEnumerable<(SampleTopic Topic, SampleRecord Record)> records) =>
        [.. records.Select(record => $"{record.Topic.Topic} {(record.Record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "-")} {record.Record.Line}")];

    private static ExampleTopic Topic(string name, params string?[] keys) => new(
        new SampleTopic(name, name + ".ndjson", IsRoot: false, Relation: null),
        [.. keys.Select((key, index) => new SampleRecord(OptionalBytes.From(key is null ? null : Encoding.UTF8.GetBytes(key)), "{}"u8.ToArray(), index + 1))]);
}
