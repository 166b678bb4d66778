using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;

namespace EntitySync.Tests.Joins.InProcess;

public sealed class TopologyDriverTests
{
    private const string Item = """
        entity: item
        root: { topic: items, key: sku }
        relations:
          label: { from: labels, key: id, match: labelId, set: { label: text }, strategy: shuffle }
        output: { topic: out }
        """;

    [Fact]
    public void Outputs_AreTakenAsTheyCome()
    {
        var taken = new List<string>();
        using var driver = new TopologyDriver(Definition(), partitions: 2) { OnOutput = record => taken.Add($"{record.Topic} {Text(record.Value)}") };
        driver.Pipe(new OutgoingRecord { Topic = "items", Key = "a"u8.ToArray(), Value = """{"sku":"a","labelId":1}"""u8.ToArray() });
        driver.Pipe(new OutgoingRecord { Topic = "labels", Key = "1"u8.ToArray(), Value = """{"id":1,"text":"one"}"""u8.ToArray() });
        driver.Pipe(new OutgoingRecord { Topic = "items", Key = "b"u8.ToArray(), Value = "{"u8.ToArray() });
        driver.Pipe(new OutgoingRecord { Topic = "items", Key = "a"u8.ToArray(), Value = null });

        taken.ShouldBe(["""out {"sku":"a","labelId":1}""", """out {"sku":"a","labelId":1,"label":"one"}""", "item-dead-letters {", "out -"]);
        driver.Outputs.ShouldBeEmpty();
        driver.LogBytes.ShouldBeGreaterThan("""{"sku":"a","labelId":1}{"id":1,"text":"one"}""".Length);
    }

    [Fact]
    public void Position_IsWhereTheRecordStands()
    {
        using var driver = new TopologyDriver(Definition(), partitions: 5);
        var own = Murmur2Partitioner.PartitionFor("a"u8, 5);

        driver.Root("a", null).ShouldBe(new Position("items", own, 0));
        driver.Pipe(new OutgoingRecord { Topic = "items", Key = "a"u8.ToArray() }).ShouldBe(new Position("items", own, 1));
        driver.Pipe(new OutgoingRecord { Topic = "items" }).ShouldBe(new Position("items", 0, own == 0 ? 2 : 0));
        Should.Throw<ArgumentException>(() => driver.Pipe("item", "a", null)).Message.ShouldStartWith("The topology does not know topic 'item'.");
    }

    [Theory]
    [InlineData("items-3@1234", "items", 3, 1234)]
    [InlineData("a-b@c-0@9", "a-b@c", 0, 9)]
    public void PositionText_IsReadBack(string text, string topic, int partition, long offset)
    {
        Position.TryParse(text).ShouldBe(new Position(topic, partition, offset));
        Position.TryParse(text)!.Value.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("items")]
    [InlineData("items-3")]
    [InlineData("items@3")]
    [InlineData("items-3@")]
    [InlineData("items-x@3")]
    [InlineData("-3@3")]
    public void OtherText_IsNoPosition(string text) => Position.TryParse(text).ShouldBeNull();

    private static string Text(ReadOnlyMemory<byte>? value) => value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "-";

    private static EntityDefinition Definition() => DefinitionLoader.LoadText(Item, "test.yaml").Definitions.Single();
}
