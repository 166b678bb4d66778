using System.Text.Json.Nodes;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.JoinHost.Logging;

namespace EntitySync.Tests.JoinHost;

public sealed class JoinReportTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ReportLines _lines = new();

    [Fact]
    public async Task Line_HasStableNames()
    {
        var status = ReportLines.Status(
            [ReportLines.Task("item", 0, lag: 7, replayLag: 3, fanouts: [1.5, 61.9]), ReportLines.Task("item", 1, lag: 12, isLive: false)],
            counts: ("item", new JoinCounts { Emitted = 5, DeadLettered = 2 }));
        using var report = await StartAsync(() => status);
        _lines.Clock.Advance(Minute);

        _lines.All.ShouldBe(
        [
            """
            {"timestamp":"2026-01-01T00:01:00Z","level":"INFO","logger":"EntitySync.JoinHost.Logging.JoinReport","event":"Report","entity":"item",
            "message":"Lag 22, of one partition at most 12; oldest fan-out 61 s; 5 emitted and 2 dead-lettered since the last report; 1 tasks restoring",
            "template":"Lag {Lag}, of one partition at most {LargestLag}; oldest fan-out {FanoutAgeSeconds} s; {Emitted} emitted and {DeadLettered} dead-lettered since the last report; {Restoring} tasks restoring",
            "values":{"Lag":22,"LargestLag":12,"FanoutAgeSeconds":61,"Emitted":5,"DeadLettered":2,"Restoring":1}}
            """.ReplaceLineEndings(""),
        ]);
    }

    [Fact]
    public async Task Counts_AreThoseSinceTheLastLine_AndNoneIsLostAtTheStop()
    {
        var counts = new JoinCounts { DeadLettered = 2 };
        using var report = await StartAsync(() => ReportLines.Status([], counts: [("item", counts), ("order", new JoinCounts())]));
        _lines.Clock.Advance(Minute);
        counts.DeadLettered = 3;
        counts.Emitted = 40;
        _lines.Clock.Advance(Minute);
        counts.DeadLettered = 8;
        await report.StopAsync(TestContext.Current.CancellationToken);
        _lines.Clock.Advance(Minute);

        _lines.All.Select(line => JsonNode.Parse(line)!).Select(line => $"{line["entity"]} {line["values"]!["DeadLettered"]} {line["values"]!["Emitted"]}")
            .ShouldBe(["item 2 0", "order 0 0", "item 1 40", "order 0 0", "item 5 0", "order 0 0"]);
    }

    [Theory]
    [InlineData("running", null, null, null)] // nothing fetched yet
    [InlineData("running", null, 4L, 4L)]
    [InlineData("running", 2L, 4L, 6L)]
    [InlineData("waiting", 2L, 4L, null)] // as a thread that has left the group: what it would say is old
    [InlineData("joining", 2L, 4L, null)]
    public async Task Lag_IsToldAsFarAsItIsKnown(string state, long? lag, long? replayLag, long? told)
    {
        using var report = await StartAsync(() => ReportLines.Status([ReportLines.Task("item", 0, lag, replayLag)], state, ("item", new JoinCounts())));
        _lines.Clock.Advance(Minute);
        var values = JsonNode.Parse(_lines.All.ShouldHaveSingleItem())!["values"]!.AsObject();
        values.ContainsKey("Lag").ShouldBeTrue();
        ((long?)values["Lag"]).ShouldBe(told);
    }

    [Fact]
    public async Task ContainerWithoutPartitions_IsNotBehind()
    {
        using var report = await StartAsync(() => ReportLines.Status([], counts: ("item", new JoinCounts())));
        _lines.Clock.Advance(Minute);
        _lines.All.ShouldHaveSingleItem().ShouldContain("""{"Lag":0,"LargestLag":0,"FanoutAgeSeconds":0,""");
    }

    [Fact]
    public async Task ContainerWithoutEntities_IsNotBehindEither()
    {
        using var report = await StartAsync(() => ReportLines.Status([]));
        _lines.Clock.Advance(Minute);
        _lines.All.ShouldHaveSingleItem().ShouldEndWith(""","event":"Report","message":"No entity to join: lag 0","template":"No entity to join: lag {Lag}","values":{"Lag":0}}""");
    }

    [Fact]
    public async Task PartitionThatTwoPartsRead_CountsOnce()
    {
        using var report = await StartAsync(() => ReportLines.Status([ReportLines.Task("item", 0, lag: 7), ReportLines.Task("item", 0, lag: 7)], counts: ("item", new JoinCounts())));
        _lines.Clock.Advance(Minute);
        _lines.All.ShouldHaveSingleItem().ShouldContain("\"Lag\":7,");
    }

    [Fact]
    public async Task NoInterval_WritesNothing()
    {
        using var report = await StartAsync(() => ReportLines.Status([], counts: ("item", new JoinCounts())), TimeSpan.Zero);
        _lines.Clock.Advance(TimeSpan.FromHours(1));
        await report.StopAsync(TestContext.Current.CancellationToken);
        _lines.All.ShouldBeEmpty();
    }

    private async Task<JoinReport> StartAsync(Func<JoinHostStatus> status, TimeSpan? interval = null)
    {
        var report = new JoinReport(status, interval ?? Minute, _lines, _lines.Clock);
        await report.StartAsync(TestContext.Current.CancellationToken);
        return report;
    }
}
