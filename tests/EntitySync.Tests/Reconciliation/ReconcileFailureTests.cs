using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;

namespace EntitySync.Tests.Reconciliation;

public sealed class ReconcileFailureTests
{
    [Fact]
    public async Task EntityThatFails_ComesAgainFromItsFirstMessageOfEachPartitionAndTheOthersGoOn()
    {
        var rig = new ReconciliationRig(table: inner => new FailingTable(inner) { FailsUpdate = id => id == "o-2" });
        var result = await rig.TryAsync(
            rig.Order("o-1", "p1"), rig.Order("o-2", "p1"), rig.Order("o-3", "p1"), rig.Order("o-2", "p2"), rig.Product("o-1", "p1"), rig.Product("o-3", "p1"), rig.Product("o-2", "p1"));

        result.ComeAgain.ShouldBe([new Position("orders", 0, 1), new Position("products-manufactured", 0, 2)]);
        result.Counts.ShouldBe(new ReconcileCounts(Messages: 7, Entities: 2, Completed: 2, DeadLettered: 0, Unfinished: 1));
        new[] { "o-1", "o-2", "o-3" }.Select(id => rig.State(id)).ShouldBe(["complete v2: p1; expected at 0", "none", "complete v2: p1; expected at 2"]);
    }

    [Fact]
    public async Task DeadLetterThatCannotBeWritten_ComesAgain()
    {
        var rig = new ReconciliationRig();
        rig.Writer.Answer = _ => new WriteResult(WriteOutcome.Failed, "no broker");
        var result = await rig.TryAsync(rig.Order("o-1", "p1"), rig.Next("orders", "x", "nonsense"), rig.Order("o-2", "p1"));

        result.ComeAgain.ShouldBe([new Position("orders", 0, 1)]);
        rig.State("o-2").ShouldBe("open v1: ; expected at 2");
    }

    [Fact]
    public async Task DeadLetterThatIsRefused_GoesWithItsBeginning()
    {
        var rig = new ReconciliationRig();
        rig.Writer.Answer = record => record.Value?.Length > 20_000 ? new WriteResult(WriteOutcome.Refused, "too large") : new WriteResult(WriteOutcome.Written);
        await rig.RunAsync(rig.Next("orders", "o-1", new string('x', 30_000)));

        var letter = rig.Writer.To("order-shipping-dead-letters").Single();
        letter.Value!.Value.Length.ShouldBe(16 * 1024);
        rig.DeadLetters.Single().ShouldEndWith("; too large for the dead-letter topic as well, cut from a value of 30000 bytes, a key of 3 bytes and 0 headers");
    }

    [Fact]
    public async Task TimeThatRunsShort_TakesTheFirstEntitiesAndLeavesTheRest()
    {
        var rig = new ReconciliationRig(new ReconcileOptions { Parallel = 2 });
        var messages = Enumerable.Range(1, 5).Select(i => rig.Order($"o-{i}", "p1")).ToArray();
        var result = await rig.Batch.RunAsync(ReconciliationRig.Partitions(messages), () => TimeSpan.FromSeconds(34), CancellationToken.None);

        result.ComeAgain.ShouldBe([new Position("orders", 0, 2)]);
        rig.Table.Items.Select(item => item.Id).ShouldBe(["o-1", "o-2"]);
    }

    [Fact]
    public async Task TopicOfNobody_IsNamedWithTheKnownOnes()
    {
        var rig = new ReconciliationRig();
        var error = await Should.ThrowAsync<InvalidRequestException>(() => rig.TryAsync(rig.Next("shipping", "o-1", "{}")));
        error.Message.ShouldBe("No reconciliation reads topic 'shipping'; read are: invoice-payments, invoices, orders, products-manufactured.");
    }

    [Fact]
    public async Task EntitiesInParallel_AreAtMostSoMany()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = 0;
        var rig = new ReconciliationRig(
            new ReconcileOptions { Parallel = 3 },
            inner => new FailingTable(inner) { Gate = () => { Interlocked.Increment(ref waiting); return gate.Task; } });
        var run = rig.TryAsync([.. Enumerable.Range(1, 10).Select(i => rig.Order($"o-{i}", "p1"))]);
        waiting.ShouldBe(3);
        gate.SetResult();
        (await run).Counts.Entities.ShouldBe(10);
    }

    [Fact]
    public async Task BatchesSideBySide_MakeEachOrderCompleteOnce()
    {
        const int orders = 200;
        var rig = new ReconciliationRig();
        var names = Enumerable.Range(0, 5).Select(i => $"p{i}").ToArray();
        var lanes = new List<ReconciliationRig.Message[]>
        {
            Enumerable.Range(0, orders).Select(i => rig.Order($"o-{i}", names)).ToArray(),
        };
        foreach (var name in names) lanes.Add([.. Enumerable.Range(0, orders).Select(i => rig.Product($"o-{i}", name))]);
        lanes.Add(lanes[0]); // the same orders once more, by another invocation

        await Task.WhenAll(lanes.Select(lane => Task.Run(async () =>
        {
            foreach (var chunk in lane.Chunk(7)) await rig.RunAsync(chunk);
        })));

        rig.Table.Items.Count(item => item.Status == ReconciliationStatus.Complete && item.Arrivals.Count == 5).ShouldBe(orders);
        rig.Transitions.Select(state => state.Id).Order().ShouldBe(Enumerable.Range(0, orders).Select(i => $"o-{i}").Order());
    }
}
