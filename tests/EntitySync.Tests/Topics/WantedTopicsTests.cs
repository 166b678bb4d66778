using System.Text.Json;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;

namespace EntitySync.Tests.Topics;

public sealed class WantedTopicsTests
{
    [Fact]
    public void List_IsReadAsCloudFormationSendsIt() => Read("""
        [{"Name":"items","Partitions":"12","Cleanup":"compact","Owner":"others"},
         {"Name":"item-replay","Partitions":"12","Cleanup":"delete","RetentionHours":"168","Owner":"entitysync"},
         {"Name":"order-events","Partitions":3,"Cleanup":"delete","RetentionHours":"unlimited","Owner":"others"}]
        """).ShouldBe(
        [
            new WantedTopic("items", 12, null, IsOurs: false),
            new WantedTopic("item-replay", 12, TimeSpan.FromDays(7), IsOurs: true),
            new WantedTopic("order-events", 3, Timeout.InfiniteTimeSpan, IsOurs: false),
        ]);

    [Theory]
    [InlineData("""[{"Partitions":"1","Cleanup":"compact","Owner":"others"}]""", "Topics[0].Name is no name of a topic (1 to 249 of A-Z a-z 0-9 . _ -)")]
    [InlineData("""["items"]""", "Topics[0].Name is no name of a topic (1 to 249 of A-Z a-z 0-9 . _ -)")]
    [InlineData("""[{"Name":"a/b","Partitions":"1","Cleanup":"compact","Owner":"others"}]""", "Topics[0].Name is no name of a topic (1 to 249 of A-Z a-z 0-9 . _ -)")]
    [InlineData("""[{"Name":"a","Partitions":"0","Cleanup":"compact","Owner":"others"}]""", "a: Partitions is '0', a whole number from 1 to 10000 is expected")]
    [InlineData("""[{"Name":"a","Partitions":"1","Cleanup":"compact"}]""", "a: Owner is '', allowed are entitysync and others")]
    [InlineData("""[{"Name":"a","Partitions":"1","Cleanup":"keep","Owner":"others"}]""", "a: Cleanup is 'keep', allowed are compact and delete")]
    [InlineData("""[{"Name":"a","Partitions":"1","Cleanup":"delete","Owner":"others"}]""", "a: RetentionHours is ''; with delete it is a whole number above 0 or unlimited, with compact it is left out")]
    [InlineData("""[{"Name":"a","Partitions":"1","Cleanup":"compact","RetentionHours":"1","Owner":"others"}]""", "a: RetentionHours is '1'; with delete it is a whole number above 0 or unlimited, with compact it is left out")]
    [InlineData(
        """[{"Name":"a","Partitions":"1","Cleanup":"compact","Owner":"others"},{"Name":"b","Partitions":"-1"},{"Name":"a","Partitions":"2","Cleanup":"compact","Owner":"others"}]""",
        "b: Partitions is '-1', a whole number from 1 to 10000 is expected; a is listed 2 times")]
    public void WrongEntry_IsNamed(string list, string problem) => Should.Throw<InvalidRequestException>(() => Read(list)).Message.ShouldBe($"The list of topics is wrong: {problem}.");

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"Topics":"items"}""")]
    public void MissingList_IsSaid(string properties) =>
        Should.Throw<InvalidRequestException>(() => WantedTopics.Read(JsonDocument.Parse(properties).RootElement)).Message.ShouldBe("Topics is missing or is no list.");

    private static IReadOnlyList<WantedTopic> Read(string list) => WantedTopics.Read(JsonDocument.Parse($$"""{"ServiceToken":"arn","Topics":{{list}}}""").RootElement);
}
