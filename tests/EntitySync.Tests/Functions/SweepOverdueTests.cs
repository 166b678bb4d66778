using System.Text;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Functions;
using EntitySync.Tests.Reconciliation;

namespace EntitySync.Tests.Functions;

/// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
public sealed class SweepOverdueTests
{
    private const string Schedule =
        """
        {"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events","account":"123456789012","time":"2026-01-04T00:00:00Z",
         "region":"eu-west-1","resources":["arn:aws:events:eu-west-1:123456789012:rule/entitysync-SweepOverdueFunctionEveryMinute"],"detail":{}}
        """;

    private readonly ReconciliationRig _rig = new();
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    [Fact]
    public async Task DueOrders_BecomeOverdue_AndTheAnswerCountsThem()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p-1"), _rig.Order("o-2", "p-1"), _rig.Product("o-2", "p-1"));
        _rig.Clock.Advance(TimeSpan.FromDays(1));
        await _rig.RunAsync(_rig.Order("o-3", "p-1"));
        _rig.Clock.Advance(TimeSpan.FromDays(1));

        (await InvokeAsync(Schedule)).ShouldBe("""{"overdue":1,"completed":0,"failed":0,"moreLeft":false}""");
        _rig.State("o-1").ShouldStartWith("overdue ");
        _rig.State("o-3").ShouldStartWith("open ");
        (await InvokeAsync("{}")).ShouldBe("""{"overdue":0,"completed":0,"failed":0,"moreLeft":false}""", "invoked by hand, and nothing is left");
    }

    [Fact]
    public async Task LittleTime_SomeAreDone_AndTheNextRunGoesOn()
    {
        for (var i = 0; i < 100; i++) await _rig.RunAsync(_rig.Order($"o-{i}", "p-1"));
        _rig.Clock.Advance(TimeSpan.FromDays(2));
        (await InvokeAsync(Schedule, TimeSpan.FromSeconds(5))).ShouldEndWith(""","failed":0,"moreLeft":true}""");
        var done = _rig.Transitions.Count;
        done.ShouldBeInRange(1, 99);
        (await InvokeAsync(Schedule)).ShouldBe($$"""{"overdue":{{100 - done}},"completed":0,"failed":0,"moreLeft":false}""");
    }

    private async Task<string> InvokeAsync(string json, TimeSpan? remaining = null)
    {
        using var request = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var result = await new SweepOverdue(_rig.Sweep, TimeProvider.System).HandleAsync(_serializer.Deserialize<ScheduleEvent>(request), new TestLambdaContext { RemainingTime = remaining ?? TimeSpan.FromSeconds(55) });
        using var stream = new MemoryStream();
        _serializer.Serialize(result, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
