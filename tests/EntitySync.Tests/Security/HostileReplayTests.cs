using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Security;

/// <summary>Records of the replay topic that EntitySync did not write.</summary>
public sealed class HostileReplayTests
{
    private const int MaxMessageBytes = 256 * 1024;

    [Fact]
    public void ReplayMessageOverItsBound_IsDeadLettered()
    {
        var message = $$"""{"replayId":"r","causes":[],"text":"{{new string('x', MaxMessageBytes)}}"}""";
        Reason(message).ShouldBe($"replay message of {message.Length} bytes is larger than {MaxMessageBytes}");
    }

    [Theory]
    [InlineData("""{"replayId":"r","causes":[null]}""")]
    [InlineData("""{"replayId":"r","causes":[{"table":null,"key":"a","version":1}]}""")]
    [InlineData("""{"replayId":"r","causes":[{"table":"t","key":"a","version":99999999999999999999}]}""")]
    [InlineData("""{"replayId":"\ud800"}""")]
    [InlineData("""{"replayId":7}""")]
    [InlineData("[]")]
    [InlineData("nul")]
    public void WhatIsNoReplayMessage_IsDeadLettered(string message) => Reason(message).ShouldBe("value is not a replay message");

    [Fact]
    public void DeepReplayMessage_IsDeadLettered() => Reason($$"""{"replayId":"r","x":{{new string('[', 100_000)}}""").ShouldBe("value is not a replay message");

    private static string Reason(string message)
    {
        using var driver = new TopologyDriver(SampleDefinitions.Item(strategy: Strategy.Broadcast));
        driver.Root("a", """{"sku":"a","deliveryClasses":[]}""");
        driver.Replay("a", message);
        driver.Outputs.Count.ShouldBe(2);
        return Encoding.UTF8.GetString(driver.Outputs[1].Headers.Single(header => header.Name == HeaderNames.DeadLetterReason).Value.Span);
    }
}
