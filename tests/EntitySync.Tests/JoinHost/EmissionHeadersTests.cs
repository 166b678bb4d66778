using System.Text;
using EntitySync.Core.State;
using EntitySync.JoinHost;

namespace EntitySync.Tests.JoinHost;

public sealed class EmissionHeadersTests
{
    [Theory]
    [InlineData("items", 0, 0L)]
    [InlineData("items", 11, 1234L)]
    [InlineData("i", 2_147_483_647, long.MaxValue)]
    [InlineData("ünïcode-topics-do-not-exist-but-cost-nothing", 3, 7L)]
    public void Live_IsThePositionAsItPrintsItself(string topic, int partition, long offset)
    {
        var position = new Position(topic, partition, offset);
        new EmissionHeaders().Live(position).Select(header => (header.Key, Encoding.UTF8.GetString(header.GetValueBytes())))
            .ShouldBe([(HeaderNames.RootPosition, position.ToString())]);
    }

    [Fact]
    public void SecondPosition_OfAnotherTopicAndLengthIsRight()
    {
        var headers = new EmissionHeaders();
        string[] texts = [.. new Position[] { new("a", 1, 5), new("b", 1, 6), new("a", 1, 500), new("a", 2, 7) }
            .Select(position => Encoding.UTF8.GetString(headers.Live(position).Single().GetValueBytes()))];
        texts.ShouldBe(["a-1@5", "b-1@6", "a-1@500", "a-2@7"]);
    }

    [Fact]
    public void PositionsOfOneLength_TakeNoMemory()
    {
        var headers = new EmissionHeaders();
        headers.Live(new Position("items", 1, 100));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var offset = 100; offset < 900; offset++) headers.Live(new Position("items", 1, offset));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
