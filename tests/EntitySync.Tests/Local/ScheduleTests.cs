using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Local.EventSources;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Local;

public sealed class ScheduleTests
{
    private static readonly ScheduleSettings EveryMinute = new("SweepFunction.Schedule", "SweepFunction", TimeSpan.FromMinutes(1), null);

    private readonly TestClock _clock = new();
    private readonly ScriptedFunction _function = new();

    [Theory]
    [InlineData("rate(1 minute)", 60)]
    [InlineData("rate(5 minutes)", 300)]
    [InlineData("rate(1 hour)", 3600)]
    [InlineData("rate(2 days)", 172_800)]
    public void Rate_IsRead(string expression, int seconds) => RateExpression.Parse(expression, "Sweep").ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("cron(0 10 * * ? *)", "the local runner knows rate(VALUE UNIT)")]
    [InlineData("rate(0 minutes)", "the local runner knows rate(VALUE UNIT)")]
    [InlineData("rate(1 minutes)", "has the unit 'minutes'")]
    [InlineData("rate(5 minute)", "has the unit 'minute'")]
    [InlineData("rate(5 seconds)", "has the unit 'seconds'")]
    [InlineData("", "the local runner knows rate(VALUE UNIT)")]
    public void OtherSchedules_AreRefused(string expression, string message) =>
        Should.Throw<InvalidDataException>(() => RateExpression.Parse(expression, "Sweep")).Message.ShouldContain(message, Case.Sensitive);

    [Fact]
    public async Task Function_IsInvokedWhenTheIntervalIsOver_AndAgain()
    {
        var source = Start(EveryMinute, null);
        _clock.Advance(TimeSpan.FromSeconds(59));
        _function.Payloads.ShouldBeEmpty();
        await AdvanceAsync(TimeSpan.FromSeconds(1), runs: 1);
        await AdvanceAsync(TimeSpan.FromMinutes(1), runs: 2);
        await source.DisposeAsync(); // the last run is counted by then

        _function.Payloads.ConvertAll(payload => $"{payload["detail-type"]} {payload["time"]} {payload["resources"]![0]}").ShouldBe(
        [
            "Scheduled Event 2026-01-01T00:01:00Z arn:aws:events:us-east-1:000000000000:rule/SweepFunction.Schedule",
            "Scheduled Event 2026-01-01T00:02:00Z arn:aws:events:us-east-1:000000000000:rule/SweepFunction.Schedule",
        ]);
        source.Status.ShouldBe(new EventSourceStatus("SweepFunction.Schedule", "SweepFunction", 2, 2, 0, 0, 0, null));
    }

    [Fact]
    public async Task OtherInterval_ReplacesTheTemplates()
    {
        await using var source = Start(EveryMinute with { Input = """{"from":"template"}""" }, TimeSpan.FromSeconds(1));
        await AdvanceAsync(TimeSpan.FromSeconds(1), runs: 1);
        _function.Payloads.ConvertAll(payload => payload.ToJsonString()).ShouldBe(["""{"from":"template"}"""]);
    }

    [Fact]
    public async Task FailedRun_IsCounted_AndTheNextOneComes()
    {
        _function.Errors.Enqueue("Unhandled");
        var source = Start(EveryMinute, null);
        await AdvanceAsync(TimeSpan.FromMinutes(1), runs: 1);
        await AdvanceAsync(TimeSpan.FromMinutes(1), runs: 2);
        await source.DisposeAsync();
        source.Status.ShouldBe(new EventSourceStatus("SweepFunction.Schedule", "SweepFunction", 1, 2, 1, 0, 0, "InvalidOperationException: as told"));
    }

    private ScheduleSource Start(ScheduleSettings settings, TimeSpan? every) => ScheduleSource.Start(settings, every, _function, _clock, NullLogger<ScheduleSource>.Instance);

    private async Task AdvanceAsync(TimeSpan by, int runs)
    {
        _clock.Advance(by);
        await _function.UntilAsync(runs);
    }

    private sealed class ScriptedFunction : ILambdaInvoker
    {
        private readonly SemaphoreSlim _invoked = new(0);

        public List<JsonNode> Payloads { get; } = [];

        public Queue<string> Errors { get; } = new();

        public Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            functionName.ShouldBe("SweepFunction");
            Payloads.Add(JsonNode.Parse(payload.Span)!);
            var error = Errors.TryDequeue(out var told) ? told : null;
            var answer = error is null ? "{}" : """{"errorType":"InvalidOperationException","errorMessage":"as told"}""";
            _invoked.Release();
            return Task.FromResult(new LambdaResult(Encoding.UTF8.GetBytes(answer), error));
        }

        public async Task UntilAsync(int runs)
        {
            (await _invoked.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue($"run {runs} is missing");
            Payloads.Count.ShouldBe(runs);
        }
    }
}
