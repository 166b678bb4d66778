using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>Related rows that no relation can use go to the dead-letter topic with either strategy, and the row before stays.</summary>
public sealed class RelatedTextTests
{
    private const string Good = """{"name":"x","minimumTime":1,"maximumTime":2}""";

    [Theory]
    [InlineData(Strategy.Broadcast, """{"name":"x","minimumTime":"\ud800","maximumTime":3}""")]
    [InlineData(Strategy.Shuffle, """{"name":"x","minimumTime":"\ud800","maximumTime":3}""")]
    [InlineData(Strategy.Broadcast, """{"name":"x","minimumTime":2,"maximumTime":3,"\udc00":0}""")]
    [InlineData(Strategy.Shuffle, """{"name":"x","minimumTime":2,"maximumTime":3,"\udc00":0}""")]
    [InlineData(Strategy.Broadcast, """{"name":"x","minimumTime":2,"maximumTime":3,"deep":[{"a\\":"\ud800\ud800"}]}""")]
    [InlineData(Strategy.Shuffle, """{"name":"x","minimumTime":2,"maximumTime":3,"deep":[{"a\\":"\ud800\ud800"}]}""")]
    [InlineData(Strategy.Broadcast, """{"name":"x","name":"y","minimumTime":2,"maximumTime":3}""")]
    [InlineData(Strategy.Shuffle, """{"name":"x","name":"y","minimumTime":2,"maximumTime":3}""")]
    [InlineData(Strategy.Broadcast, "")]
    [InlineData(Strategy.Shuffle, "")]
    public void UnusableRow_IsDeadLetteredAndTheOneBeforeStays(Strategy strategy, string row) => Check(strategy, Encoding.UTF8.GetBytes(row));

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void RowThatIsNotUtf8_IsDeadLetteredAndTheOneBeforeStays(Strategy strategy) =>
        Check(strategy, [.. """{"name":"x","minimumTime":2,"maximumTime":"""u8, (byte)'"', 0xFF, (byte)'"', (byte)'}']);

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void RowNestedTooDeep_IsDeadLetteredAndTheOneBeforeStays(Strategy strategy) =>
        Check(strategy, Encoding.UTF8.GetBytes($$"""{"name":"x","minimumTime":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""));

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void OddButGoodRow_IsJoined(Strategy strategy)
    {
        using var driver = new TopologyDriver(SampleDefinitions.Item(strategy: strategy));
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Pipe("delivery-classes", [0xFF, 0x00], Encoding.UTF8.GetBytes("""{"na\u006de":"\u0078","_version":1e999,"_version":{"a":1},"minimumTime":1e-999999999999999999999,"maximumTime":"\ud83d\ude00"}"""));

        driver.Outputs.Count.ShouldBe(2);
        Encoding.UTF8.GetString(driver.Outputs[^1].Value!.Value.Span).ShouldBe(
            """{"sku":"A","deliveryClasses":["x"],"minimumDeliveryTime":1e-999999999999999999999,"maximumDeliveryTime":"\ud83d\ude00"}""");
    }

    [Fact]
    public void BadRowsBeforeTheFirstTask_AreDeadLetteredOneByOneThenSummedUp()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Broadcast), isStarted: false);
        var bad = new byte[1024 * 1024];
        for (var row = 0; row < 70; row++) rig.Related("delivery-classes", [(byte)'k'], bad);
        rig.Start();
        rig.Commit();
        rig.Restart();

        const string problem = "related row is not JSON: line 1, byte 1";
        rig.Taken().ShouldBe(
        [
            .. Enumerable.Repeat($"dead k: {problem}", 63),
            $"dead null: 7 bad related rows from offset 63 to this one, too many to keep their bytes; this one: {problem}",
        ]);
    }

    private static void Check(Strategy strategy, byte[] row)
    {
        using var driver = new TopologyDriver(SampleDefinitions.Item(strategy: strategy));
        driver.Pipe("delivery-classes", "x", Good);
        driver.Pipe("delivery-classes", "x"u8.ToArray(), row);
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");

        driver.Outputs.Select(output => (output.Topic, Encoding.UTF8.GetString(output.Key!.Value.Span))).ShouldBe([("item-dead-letters", "x"), ("items-merged", "A")]);
        driver.Outputs[0].Value!.Value.ToArray().ShouldBe(row);
        Encoding.UTF8.GetString(driver.Outputs[1].Value!.Value.Span).ShouldBe("""{"sku":"A","deliveryClasses":["x"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""");
    }
}
