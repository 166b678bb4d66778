namespace EntitySync.Tests.Local.Commands;

public sealed class FollowCommandTests
{
    [Theory]
    [InlineData("items-merged")]
    [InlineData("ftp://feeds.example/feeds/x")]
    public async Task WhatIsNoAddress_IsRefused(string address)
    {
        var run = await CommandRun.Of("follow", address, "--once");
        (run.Status, run.Error.Trim()).ShouldBe((1, $"'{address}' is no http address."));
    }

    [Fact]
    public async Task StateOfAnotherFeed_IsRefused()
    {
        using var folder = new CommandFolder();
        var file = folder.Write("place", """{"feed":"http://feeds.example/feeds/y","number":0,"next":{}}""");
        var run = await CommandRun.Of("follow", "http://feeds.example/feeds/x", "--state", file);
        (run.Status, run.Error.Trim()).ShouldBe((1, $"{file} is of http://feeds.example/feeds/y, not of http://feeds.example/feeds/x; give another --state."));
    }
}
