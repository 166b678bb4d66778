using System.Text;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Reconciliation;

/// <summary>What every <see cref="IReconciliationTable"/> promises. Ids are new in each test, so that all of them may share one table.</summary>
public abstract class ReconciliationTableContract
{
    private const string Entity = "order-shipping";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ReconciliationStatus[] BeforeOpen = [ReconciliationStatus.Waiting, ReconciliationStatus.Open, ReconciliationStatus.Cancelled];
    private static readonly ReconciliationStatus[] BeforeCancelled = [.. BeforeOpen, ReconciliationStatus.Overdue];

    private readonly string _id = $"o-{Guid.NewGuid():N}";

    protected abstract Task<IReconciliationTable> TableAsync();

    [Fact]
    public async Task Pieces_MakeAWaitingEntityWhoseFirstOnesStay()
    {
        var table = await TableAsync();
        (await table.GetAsync(Entity, _id, CancellationToken.None)).ShouldBeNull();
        var first = await UpdateAsync(table, null, Start, Piece("b", 1), Piece("ä.#:", 2, new Amount(12.50m, "EUR")));
        var second = await UpdateAsync(table, null, Start.AddHours(1), Piece("b", 7), Piece("a", 8));

        (first.IsWritten, second.IsWritten).ShouldBe((true, true));
        var state = second.State.ShouldNotBeNull();
        (state.Entity, state.Id, state.Status, state.Since, state.ExpiresAt).ShouldBe((Entity, _id, ReconciliationStatus.Waiting, Start, Start.AddDays(30)));
        (state.ExpectedAt, state.ExpectedTimestamp, state.Document, state.DueAt, state.OverdueAt, state.CompletedAt).ShouldBe((null, null, null, null, null, null));
        state.Version.ShouldBeGreaterThan(first.State!.Version);
        state.Arrivals.Select(arrival => (arrival.Element, arrival.At, arrival.Timestamp)).ShouldBe(
            [("a", At("pieces", 8), Start), ("b", At("pieces", 1), Start), ("ä.#:", At("pieces", 2), Start)]);
        state.Arrivals.Select(arrival => Encoding.UTF8.GetString(arrival.Fields.Span)).ShouldBe(["""{"at":8}""", """{"at":1}""", """{"at":2}"""]);
        state.Arrivals[2].Amount!.Value.Currency.ShouldBe("EUR");
        state.Arrivals[2].Amount!.Value.Value.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe("12.50");
    }

    [Fact]
    public async Task ExpectedMessage_OpensWhatWaitsAndKeepsTheFirstDeadline()
    {
        var table = await TableAsync();
        await UpdateAsync(table, null, Start, Piece("a", 1));
        var opened = (await UpdateAsync(table, Open(5, "{}"), Start)).State!;
        (opened.Status, opened.ExpectedAt, opened.ExpectedTimestamp, opened.DueAt, opened.ExpiresAt).ShouldBe((ReconciliationStatus.Open, At("orders", 5), Start.AddSeconds(5), Start.AddDays(2), null));
        Encoding.UTF8.GetString(opened.Document!.Value.Span).ShouldBe("{}");

        (await UpdateAsync(table, Open(6, "{}") with { DueAt = Start.AddDays(9) }, Start)).State!.DueAt.ShouldBe(Start.AddDays(2));
        (await UpdateAsync(table, Open(7, "{}") with { DueAt = Start.AddDays(9), KeepsDueAt = false }, Start, Piece("b", 2))).State!.DueAt.ShouldBe(Start.AddDays(9));
        var later = (await UpdateAsync(table, null, Start.AddDays(1), Piece("c", 3))).State!;
        (later.Status, later.ExpiresAt, later.Arrivals.Count).ShouldBe((ReconciliationStatus.Open, null, 3));
    }

    [Fact]
    public async Task MessageThatIsNotNewer_IsRefusedWithItsPieces()
    {
        var table = await TableAsync();
        var before = (await UpdateAsync(table, Open(5, "{}"), Start)).State!;
        foreach (var expected in new[] { Open(5, "{}"), Open(4, "{}"), Open(9, "{}") with { At = new Position("orders", 1, 9), Timestamp = Start.AddSeconds(5) } })
        {
            var result = await UpdateAsync(table, expected, Start, Piece("a", 1));
            (result.IsWritten, result.State!.Version, result.State.Arrivals.Count).ShouldBe((false, before.Version, 0));
        }

        (await UpdateAsync(table, Open(1, "{}") with { At = new Position("orders", 1, 1), Timestamp = Start.AddSeconds(6) }, Start)).IsWritten.ShouldBeTrue();
    }

    [Fact]
    public async Task Status_IsChangedOnlyFromWhatItMayFollow()
    {
        var table = await TableAsync();
        var open = (await UpdateAsync(table, Open(1, "{}"), Start, Piece("a", 1))).State!;
        (await TransitionAsync(table, ReconciliationStatus.Open, open.Version + 1, ReconciliationStatus.Complete)).IsWritten.ShouldBeFalse();
        (await TransitionAsync(table, ReconciliationStatus.Overdue, open.Version, ReconciliationStatus.Complete)).State!.Version.ShouldBe(open.Version);
        var complete = await TransitionAsync(table, ReconciliationStatus.Open, open.Version, ReconciliationStatus.Complete);

        complete.IsWritten.ShouldBeTrue();
        (complete.State!.Status, complete.State.CompletedAt, complete.State.ExpiresAt).ShouldBe((ReconciliationStatus.Complete, Start.AddDays(5), Start.AddDays(35)));
        complete.State.Version.ShouldBeGreaterThan(open.Version);
        var amended = await UpdateAsync(table, Open(2, "{}"), Start);
        (amended.IsWritten, amended.State!.Status).ShouldBe((false, ReconciliationStatus.Complete));
        (await UpdateAsync(table, Cancel(3), Start)).IsWritten.ShouldBeFalse();
        (await UpdateAsync(table, null, Start, Piece("b", 2))).State!.Status.ShouldBe(ReconciliationStatus.Complete);
        (await TransitionAsync(table, ReconciliationStatus.Open, null, ReconciliationStatus.Complete)).IsWritten.ShouldBeFalse();
    }

    [Fact]
    public async Task Overdue_IsOnlyWhatIsDueAndMayBeAmendedCancelledAndOpenedAgain()
    {
        var table = await TableAsync();
        (await TransitionAsync(table, ReconciliationStatus.Open, null, ReconciliationStatus.Overdue)).ShouldBe(new UpdateResult(false, null));
        await UpdateAsync(table, Open(1, "{}") with { DueAt = Start.AddDays(6) }, Start);
        (await TransitionAsync(table, ReconciliationStatus.Open, null, ReconciliationStatus.Overdue)).IsWritten.ShouldBeFalse();
        await UpdateAsync(table, Open(2, "{}") with { KeepsDueAt = false, DueAt = Start.AddDays(5) }, Start);
        var overdue = await TransitionAsync(table, ReconciliationStatus.Open, null, ReconciliationStatus.Overdue);
        (overdue.IsWritten, overdue.State!.Status, overdue.State.OverdueAt, overdue.State.ExpiresAt).ShouldBe((true, ReconciliationStatus.Overdue, Start.AddDays(5), Start.AddDays(35)));

        (await UpdateAsync(table, Open(3, "{}"), Start)).State!.Status.ShouldBe(ReconciliationStatus.Overdue);
        var amended = await UpdateAsync(table, Open(3, "{}") with { Status = ReconciliationStatus.Overdue, From = [ReconciliationStatus.Overdue] }, Start);
        (amended.IsWritten, amended.State!.Status, amended.State.OverdueAt, amended.State.ExpiresAt).ShouldBe((true, ReconciliationStatus.Overdue, Start.AddDays(5), Start.AddDays(35)));
        var cancelled = (await UpdateAsync(table, Cancel(4), Start.AddDays(8))).State!;
        (cancelled.Status, cancelled.Document, cancelled.ExpiresAt).ShouldBe((ReconciliationStatus.Cancelled, null, Start.AddDays(38)));
        var reopened = (await UpdateAsync(table, Open(5, "{}"), Start.AddDays(9))).State!;
        (reopened.Status, reopened.OverdueAt, reopened.DueAt, reopened.ExpiresAt).ShouldBe((ReconciliationStatus.Open, null, Start.AddDays(5), null));
    }

    [Fact]
    public async Task Index_ListsAStatusByTimeAndPageByPage()
    {
        var table = await TableAsync();
        var entity = $"e-{Guid.NewGuid():N}";
        for (var i = 0; i < 25; i++) await table.UpdateAsync(new ReconciliationUpdate(entity, $"o-{i}", Open(1, "{}") with { DueAt = Start.AddMinutes(i) }, [], Start, Start.AddDays(30)), CancellationToken.None);
        await table.UpdateAsync(new ReconciliationUpdate(entity, "waiting", null, [Piece("a", 1)], Start, Start), CancellationToken.None);

        var found = new List<ReconciliationEntry>();
        string? token = null;
        do
        {
            var page = await table.ListAsync(new ReconciliationQuery(entity, ReconciliationStatus.Open, Start.AddMinutes(19), 7, token), CancellationToken.None);
            page.Items.Count.ShouldBeLessThanOrEqualTo(7);
            found.AddRange(page.Items);
            token = page.PageToken;
        }
        while (token is not null);

        found.OrderBy(entry => entry.NextAt).ShouldBe(Enumerable.Range(0, 20).Select(i => new ReconciliationEntry($"o-{i}", Start, Start.AddMinutes(i))));
    }

    [Fact]
    public async Task ItemAbove400Kilobytes_IsRefusedAndStaysAsItWas()
    {
        var table = await TableAsync();
        await UpdateAsync(table, Open(1, "{}"), Start, Piece("a", 1));
        var large = await Should.ThrowAsync<ItemTooLargeException>(() => UpdateAsync(table, Open(2, $"\"{new string('x', 420_000)}\""), Start));
        large.Message.ShouldContain(_id);
        (await table.GetAsync(Entity, _id, CancellationToken.None))!.ExpectedAt.ShouldBe(At("orders", 1));
    }

    private static Position At(string topic, long offset) => new(topic, 0, offset);

    private static Arrival Piece(string element, long offset, Amount? amount = null) => new(element, At("pieces", offset), Start, Encoding.UTF8.GetBytes($$"""{"at":{{offset}}}"""), amount);

    private static ExpectedChange Open(long offset, string document) =>
        new(At("orders", offset), Start.AddSeconds(offset), Encoding.UTF8.GetBytes(document), ReconciliationStatus.Open, Start.AddDays(2), true, BeforeOpen);

    private static ExpectedChange Cancel(long offset) => new(At("orders", offset), Start.AddSeconds(offset), null, ReconciliationStatus.Cancelled, null, true, BeforeCancelled);

    private Task<UpdateResult> UpdateAsync(IReconciliationTable table, ExpectedChange? expected, DateTimeOffset now, params Arrival[] pieces) =>
        table.UpdateAsync(new ReconciliationUpdate(Entity, _id, expected, pieces, now, now.AddDays(30)), CancellationToken.None);

    private Task<UpdateResult> TransitionAsync(IReconciliationTable table, ReconciliationStatus from, long? version, ReconciliationStatus to) =>
        table.TransitionAsync(new ReconciliationTransition(Entity, _id, from, version, to, Start.AddDays(5), Start.AddDays(35)), CancellationToken.None);
}

public sealed class InMemoryReconciliationTableTests : ReconciliationTableContract
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task WhatHasExpired_IsDeletedWhenTheTestSaysSo()
    {
        var table = new InMemoryReconciliationTable(_clock);
        foreach (var (id, days) in new[] { ("a", 1), ("b", 3) })
        {
            await table.UpdateAsync(new ReconciliationUpdate("e", id, null, [], _clock.GetUtcNow(), _clock.GetUtcNow().AddDays(days)), CancellationToken.None);
        }

        _clock.Advance(TimeSpan.FromDays(2));
        table.Expire();
        table.Items.Select(item => item.Id).ShouldBe(["b"]);
    }

    protected override Task<IReconciliationTable> TableAsync() => Task.FromResult<IReconciliationTable>(new InMemoryReconciliationTable(_clock));
}
