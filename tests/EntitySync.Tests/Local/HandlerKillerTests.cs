using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Local.Demo;
using EntitySync.Local.Lambda;
using EntitySync.Local.StepFunctions;
using EntitySync.Testing;

namespace EntitySync.Tests.Local;

/// <summary>A killed invocation: what it wrote stays, what follows never happens.</summary>
public sealed class HandlerKillerTests
{
    private const int Calls = 200;
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CancellationToken Token = CancellationToken.None;

    private readonly InMemoryReconciliationTable _inner = new(new TestClock(Now));
    private readonly RecordingTopicWriter _topics = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task FirstInvocation_DiesBetweenTwoCalls_AndNothingIsWrittenAfterwards(int seed)
    {
        var killer = new HandlerKiller(["F"], seed);
        var table = killer.Wrap(_inner);
        await killer.Hooks.BeforeInvoke!(Invocation(1), Token);

        var failures = await CallAsync(table);
        failures.ShouldBeInRange(1, Calls);
        _inner.Writes.ShouldBeInRange(Calls - failures, Calls - failures + 1); // the answer of the last one may be lost
        killer.Counts["F"].ShouldBe(new KillCounts(1, 0));
    }

    [Fact]
    public async Task InvocationThatEndsBefore_DiesAtTheEnd()
    {
        var killer = new HandlerKiller(["F"], seed: 1);
        await killer.Hooks.BeforeInvoke!(Invocation(1), Token);

        await Should.ThrowAsync<HandlerKilledException>(() => killer.Hooks.AfterInvoke!(Invocation(1), new LambdaResult(default, null), Token));
        killer.Counts["F"].ShouldBe(new KillCounts(0, 1));
    }

    [Fact]
    public async Task TopicWriter_WritesHalfOfTheRecords()
    {
        var killer = new HandlerKiller(["F"], seed: 1);
        var writer = killer.Wrap(_topics);
        await killer.Hooks.BeforeInvoke!(Invocation(1), Token);

        var calls = 0;
        while (killer.Counts["F"].All == 0)
        {
            calls++;
            try
            {
                await writer.WriteAsync([.. Enumerable.Range(0, 4).Select(_ => new OutgoingRecord { Topic = "shipping" })], Token);
            }
            catch (HandlerKilledException)
            {
                _topics.Written.Count.ShouldBe(((calls - 1) * 4) + 2);
            }
        }

        await Should.ThrowAsync<HandlerKilledException>(() => writer.WriteAsync([new OutgoingRecord { Topic = "shipping" }], Token));
        _topics.Written.Count.ShouldBe(((calls - 1) * 4) + 2);
    }

    [Fact]
    public async Task OtherInvocations_AndAllAfterTheStop_Live()
    {
        var killer = new HandlerKiller(["F"], seed: 1);
        (await CallAsync(killer.Wrap(_inner))).ShouldBe(0, "this is no invocation of F");
        killer.Stop();
        await killer.Hooks.BeforeInvoke!(Invocation(1), Token);
        (await CallAsync(killer.Wrap(_inner))).ShouldBe(0);
        await killer.Hooks.AfterInvoke!(Invocation(1), new LambdaResult(default, null), Token);
        killer.Counts["F"].All.ShouldBe(0);
    }

    [Fact]
    public async Task LaterInvocations_DieNowAndThen_AndSoDoTheirParallelCalls()
    {
        var killer = new HandlerKiller(["F"], seed: 1);
        var table = killer.Wrap(_inner);
        for (var attempt = 1; attempt <= 50; attempt++)
        {
            var killed = killer.Counts["F"].All;
            var failures = await Task.Run(async () =>
            {
                await killer.Hooks.BeforeInvoke!(Invocation(attempt), Token);
                var each = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CallAsync(table)));
                return each.Sum();
            });
            (failures > 0).ShouldBe(killer.Counts["F"].All == killed + 1);
        }

        killer.Counts["F"].All.ShouldBeInRange(5, 30);
    }

    private static FunctionInvocation Invocation(int attempt) => new("F", "request", attempt, default);

    private static async Task<int> CallAsync(IReconciliationTable table)
    {
        var failures = 0;
        for (var call = 0; call < Calls; call++)
        {
            try
            {
                if (call % 4 == 3)
                {
                    await table.TransitionAsync(new ReconciliationTransition("order-shipping", $"o-{call - 1}", ReconciliationStatus.Waiting, null, ReconciliationStatus.Complete, Now, Now), Token);
                    continue;
                }

                var piece = new Arrival("a", new Position("products", 0, call), Now, "{}"u8.ToArray(), null);
                await table.UpdateAsync(new ReconciliationUpdate("order-shipping", $"o-{call}", null, [piece], Now, Now.AddDays(1)), Token);
            }
            catch (HandlerKilledException)
            {
                failures++;
            }
        }

        return failures;
    }
}
