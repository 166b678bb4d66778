using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Local.EventSources;

namespace EntitySync.Tests.Local;

/// <summary>FilterCriteria of DynamoDB streams: what reaches a function, and what the runner refuses to run.</summary>
public sealed class FilterPatternTests
{
    private const string BecameComplete =
        """{"dynamodb":{"NewImage":{"status":{"S":["complete"]}},"OldImage":{"status":{"S":[{"anything-but":["complete","waiting"]}]}}}}""";

    [Theory]
    [InlineData("open", "complete", true)]
    [InlineData("overdue", "complete", true)]
    [InlineData("complete", "complete", false)] // something arrived late
    [InlineData("waiting", "complete", false)]
    [InlineData("open", "overdue", false)]
    [InlineData(null, "complete", false)] // nothing is not anything but complete
    [InlineData("complete", null, false)]
    public void Transition_PassesWhenBothImagesFit(string? before, string? after, bool passes) => Filter(BecameComplete).Passes(Record(before, after)).ShouldBe(passes);

    [Theory]
    [InlineData("open", "complete", true)]
    [InlineData("open", "overdue", true)]
    [InlineData("open", "cancelled", false)]
    public void OfSeveralPatterns_OneIsEnough(string before, string after, bool passes) =>
        Filter("""{"dynamodb":{"NewImage":{"status":{"S":["complete"]}}}}""", """{"dynamodb":{"NewImage":{"status":{"S":["overdue"]}}}}""").Passes(Record(before, after)).ShouldBe(passes);

    [Theory]
    [InlineData("""{"eventName":["INSERT","MODIFY"]}""", true)]
    [InlineData("""{"eventName":["INSERT"]}""", false)]
    [InlineData("""{"dynamodb":{"NewImage":{"status":{"S":["open",{"anything-but":"cancelled"}]}}}}""", true)] // one of the values
    [InlineData("""{"dynamodb":{"NewImage":{"status":{"S":[{"anything-but":"complete"}]}}}}""", false)]
    [InlineData("""{"dynamodb":{"NewImage":{"dueAt":{"N":[{"exists":false}]}}}}""", true)]
    [InlineData("""{"dynamodb":{"NewImage":{"dueAt":{"N":[{"exists":true}]}}}}""", false)]
    [InlineData("""{"dynamodb":{"NewImage":{"version":{"N":[{"exists":true}]}}}}""", true)]
    [InlineData("""{"dynamodb":{"NewImage":{"version":[{"exists":true}]}}}""", false)] // an object, no value
    [InlineData("""{"dynamodb":{"NewImage":{"version":{"N":["7"]}}}}""", true)]
    [InlineData("""{"dynamodb":{"NewImage":{"version":{"N":[7]}}}}""", false)] // a text is no number
    [InlineData("""{"dynamodb":{"NewImage":{"gone":{"NULL":[true]}}}}""", true)]
    [InlineData("""{"dynamodb":{"NewImage":{"tags":{"SS":["b"]}}}}""", true)] // one element of the list
    [InlineData("""{"dynamodb":{"NewImage":{"tags":{"SS":["c"]}}}}""", false)]
    [InlineData("""{"dynamodb":{"NewImage":{"status":{"S":["complete"]},"version":{"N":["8"]}}}}""", false)] // all fields
    public void Rules_HoldAsInTheService(string pattern, bool passes) => Filter(pattern).Passes(Record("open", "complete")).ShouldBe(passes);

    [Theory]
    [InlineData("""{"dynamodb":{"NewImage":{"a":{"S":[{"prefix":"x"}]}}}}""", "'dynamodb.NewImage.a.S' of the filter pattern asks for {\"prefix\":\"x\"}; the local runner knows")]
    [InlineData("""{"dynamodb":{"NewImage":{"a":{"S":[{"anything-but":{"prefix":"x"}}]}}}}""", "the local runner knows")]
    [InlineData("""{"dynamodb":{"NewImage":{"a":{"N":[{"numeric":[">",5]}]}}}}""", "numeric, which never holds")]
    [InlineData("""{"dynamodb":{"NewImage":{"a":{"S":"x"}}}}""", "'dynamodb.NewImage.a.S' of the filter pattern is \"x\"; an object or a list with values is expected")]
    [InlineData("""{"dynamodb":{"NewImage":{"a":{"S":[]}}}}""", "an object or a list with values is expected")]
    [InlineData("""{"status":["complete"]}""", "asks for 'status'; records of a DynamoDB stream are filtered on dynamodb and eventName")]
    [InlineData("""["complete"]""", "is no JSON object")]
    [InlineData("""{"dynamodb":""", "is not JSON")]
    public void WhatTheRunnerDoesNotKnow_IsRefused(string pattern, string message)
    {
        var refused = Should.Throw<InvalidDataException>(() => Filter(pattern));
        refused.Message.ShouldStartWith("Publish.Stream: ");
        refused.Message.ShouldContain(message, Case.Sensitive);
    }

    [Fact]
    public void WithoutCriteria_ThereIsNoFilter() => EventFilter.Read(null, "Publish.Stream").ShouldBeNull();

    private static EventFilter Filter(params string[] patterns) =>
        EventFilter.Read(new JsonObject { ["Filters"] = new JsonArray([.. patterns.Select(pattern => new JsonObject { ["Pattern"] = pattern })]) }, "Publish.Stream")!;

    private static ReadOnlyMemory<byte> Record(string? before, string? after)
    {
        var change = new JsonObject();
        if (before is not null) change["OldImage"] = Image(before);
        if (after is not null) change["NewImage"] = Image(after);
        return Encoding.UTF8.GetBytes(new JsonObject { ["eventName"] = "MODIFY", ["dynamodb"] = change }.ToJsonString());
    }

    private static JsonObject Image(string status) => new()
    {
        ["status"] = new JsonObject { ["S"] = status },
        ["version"] = new JsonObject { ["N"] = "7" },
        ["gone"] = new JsonObject { ["NULL"] = true },
        ["tags"] = new JsonObject { ["SS"] = new JsonArray("a", "b") },
    };
}
