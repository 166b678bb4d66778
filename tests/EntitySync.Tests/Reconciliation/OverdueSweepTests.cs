using EntitySync.Core.Reconciliation;

namespace EntitySync.Tests.Reconciliation;

public sealed class OverdueSweepTests
{
    private readonly ReconciliationRig _rig = new();

    [Fact]
    public async Task OpenOrderPastItsDeadline_BecomesOverdueOnce()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"), _rig.Product("o-1", "p2"), _rig.Product("o-1", "p9"), _rig.Product("o-3", "p1"));
        _rig.Clock.Advance(TimeSpan.FromDays(1));
        await _rig.RunAsync(_rig.Order("o-2", "p1"));
        _rig.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(0, 0, 0, false));
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(1, 0, 0, false));
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(0, 0, 0, false));

        _rig.State("o-1").ShouldBe("overdue v2: p2 p9; expected at 0");
        _rig.Table.Find("order-shipping", "o-1")!.ExpiresAt.ShouldBe(_rig.Clock.GetUtcNow() + TimeSpan.FromDays(30));
        (await _rig.PublishAsync()).ShouldBe([PublicationOutcome.Written]);
        _rig.Published("orders-overdue").ShouldBe(
        [
            "o-1 " + """{"entity":"order-shipping","id":"o-1","status":"overdue","since":"2026-01-01T00:00:00Z","dueAt":"2026-01-03T00:00:00Z","overdueAt":"2026-01-03T00:00:00Z","""
                + """ "progress":"1/2 manufactured products","missing":["p1"],"arrived":[""".TrimStart()
                + """{"element":"p2","at":"products-manufactured-0@0","timestamp":"2026-01-01T00:00:00Z"},{"element":"p9","at":"products-manufactured-0@1","timestamp":"2026-01-01T00:00:00Z"}]}"""
                + " order-shipping/o-1@2",
        ]);
    }

    [Fact]
    public async Task OverdueOrder_MayBeAmendedAndCompleted()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"));
        _rig.Clock.Advance(TimeSpan.FromDays(3));
        await _rig.SweepAsync();
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        _rig.State("o-1").ShouldBe("overdue v3: ; expected at 1");
        await _rig.RunAsync(_rig.Product("o-1", "p1"));

        _rig.State("o-1").ShouldBe("complete v5: p1; expected at 1");
        _rig.Transitions.Select(state => (state.Status, state.Version)).ShouldBe([(ReconciliationStatus.Overdue, 2L), (ReconciliationStatus.Complete, 5L)]);
    }

    [Fact]
    public async Task OverdueOrder_MayBeCancelledAndOpenedAgain()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        _rig.Clock.Advance(TimeSpan.FromDays(3));
        await _rig.SweepAsync();
        await _rig.RunAsync(_rig.Cancel("o-1"));
        _rig.State("o-1").ShouldBe("cancelled v3: ; expected at 1");
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(0, 0, 0, false));
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(1, 0, 0, false));
        _rig.Transitions.Select(state => state.Version).ShouldBe([2L, 5L]);
    }

    [Fact]
    public async Task DeadlineAfterTheFirstMessage_StaysWithAnAmendment()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        var due = _rig.Clock.GetUtcNow() + TimeSpan.FromDays(2);
        _rig.Clock.Advance(TimeSpan.FromDays(1));
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"));
        _rig.Table.Find("order-shipping", "o-1")!.DueAt.ShouldBe(due);
    }

    [Fact]
    public async Task DeadlineOfTheDocument_MovesWithIt()
    {
        await _rig.RunAsync(_rig.Invoice("i-1", "10", dueAt: "2026-01-02T00:00:00+02:00"), _rig.Next("invoices", "i-2", """{"invoiceId":"i-2","total":{"value":1,"currency":"EUR"}}"""));
        _rig.Table.Find("invoice-payment", "i-1")!.DueAt.ShouldBe(new DateTimeOffset(2026, 1, 1, 22, 0, 0, TimeSpan.Zero));
        await _rig.RunAsync(_rig.Invoice("i-1", "10", dueAt: "2026-01-04T00:00:00Z"));
        _rig.Clock.Advance(TimeSpan.FromDays(2));
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(0, 0, 0, false));
        _rig.Clock.Advance(TimeSpan.FromDays(365));
        (await _rig.SweepAsync()).ShouldBe(new SweepResult(1, 0, 0, false));
        _rig.State("i-2", "invoice-payment").ShouldBe("open v1: ; expected at 1");
        await _rig.PublishAsync();
        _rig.Published("invoices-overdue").Single().ShouldContain(""" "progress":"0/10 EUR payments","missing":{"amount":10,"currency":"EUR"},"arrived":[]}""".TrimStart());
    }

    [Fact]
    public async Task OrderThatLacksOnlyItsTransition_IsCompletedAndNotReportedAsOverdue()
    {
        var table = (FailingTable?)null;
        var rig = new ReconciliationRig(table: inner => table = new FailingTable(inner) { FailsTransition = () => true });
        await rig.TryAsync(rig.Order("o-1", "p1"), rig.Product("o-1", "p1"));
        table!.FailsTransition = () => false;
        rig.Clock.Advance(TimeSpan.FromDays(3));
        (await rig.SweepAsync()).ShouldBe(new SweepResult(0, 1, 0, false));

        rig.State("o-1").ShouldBe("complete v3: p1; expected at 0");
        (await rig.PublishAsync()).ShouldBe([PublicationOutcome.Nothing, PublicationOutcome.Written]);
        rig.Writer.Written.Select(record => record.Topic).ShouldBe(["shipping"]);
    }

    [Fact]
    public async Task ManyOrders_AreSweptPageByPageAndGoOnWhereTimeRanOut()
    {
        var rig = new ReconciliationRig(new ReconcileOptions { PageSize = 10, Parallel = 4 });
        await rig.RunAsync([.. Enumerable.Range(0, 95).Select(i => rig.Order($"o-{i}", "p1"))]);
        rig.Clock.Advance(TimeSpan.FromDays(3));
        var left = 43;
        (await rig.SweepAsync(() => left-- > 0 ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(1))).IsMoreLeft.ShouldBeTrue();
        var first = rig.Transitions.Count;
        first.ShouldBeInRange(30, 50);
        (await rig.SweepAsync()).ShouldBe(new SweepResult(95 - first, 0, 0, false));
        rig.Transitions.Select(state => state.Id).Distinct().Count().ShouldBe(95);
        rig.Transitions.Count.ShouldBe(95);
    }

    [Fact]
    public async Task EntityOrPageThatFails_IsLeftForTheNextSweep()
    {
        var fails = 0;
        var table = (FailingTable?)null;
        var rig = new ReconciliationRig(table: inner => table = new FailingTable(inner) { FailsTransition = () => fails++ == 0 });
        await rig.RunAsync(rig.Order("o-1", "p1"), rig.Order("o-2", "p1"));
        rig.Clock.Advance(TimeSpan.FromDays(3));
        (await rig.SweepAsync()).ShouldBe(new SweepResult(1, 0, 1, false));
        table!.FailsList = () => true;
        (await rig.SweepAsync()).ShouldBe(new SweepResult(0, 0, 0, true));
        table.FailsList = () => false;
        (await rig.SweepAsync()).ShouldBe(new SweepResult(1, 0, 0, false));
    }

    [Fact]
    public async Task SweepsSideBySide_MakeEachOverdueOnce()
    {
        await _rig.RunAsync([.. Enumerable.Range(0, 300).Select(i => _rig.Order($"o-{i}", "p1"))]);
        _rig.Clock.Advance(TimeSpan.FromDays(3));
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _rig.SweepAsync())));
        results.Sum(result => result.Overdue).ShouldBe(300);
        _rig.Transitions.Count.ShouldBe(300);
    }
}
