using EntitySync.Core.Reconciliation;
using static EntitySync.Testing.SampleReconciliationCalls;

namespace EntitySync.Tests.Reconciliation;

/// <summary>Every condition and every attribute of the writes, to the last digit of a moment; beside <see cref="ReconciliationTableContract"/>. The in-memory table runs it here, the DynamoDB one among the integration tests.</summary>
public abstract class ReconciliationTableConditions
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Due = Start.AddDays(2);

    protected abstract Task<IReconciliationTable> TableAsync();

    [Fact]
    public async Task Piece_OfAnUnknownEntity_Waits_AndExpires()
    {
        var table = await TableAsync();
        var result = await table.UpdateAsync(Update("o-1", null, Start, Piece("p-1", 7, """{"a":"é"}""", new(12.50m, "EUR")), Piece("p 2/é.#:", 8)), None);

        Describe(result).ShouldBe("written: order-shipping/o-1 Waiting v1 since 2026-01-01T00:00:00.1234567Z expected - - - due - overdue - complete - expires 2026-01-02T00:00:00.0000000Z next 2026-01-02T00:00:00.0000000Z"
            + """ [p 2/é.#: products-manufactured-1@8 2026-01-01T00:00:00.1314567Z {}; p-1 products-manufactured-1@7 2026-01-01T00:00:00.1304567Z {"a":"é"} 12.50 EUR]""");
        Describe(await table.GetAsync(Entity, "o-1", None)).ShouldBe(Describe(result.State));
        (await table.GetAsync(Entity, "o-2", None)).ShouldBeNull();
        (await table.GetAsync("invoice-payment", "o-1", None)).ShouldBeNull();
    }

    [Fact]
    public async Task PieceThatIsThere_StaysAsItWas()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", null, Start, Piece("p-1", 7, """{"n":1}""")), None);
        var again = await table.UpdateAsync(Update("o-1", null, Start.AddHours(1), Piece("p-1", 9, """{"n":2}"""), Piece("p-2", 10)), None);

        again.IsWritten.ShouldBeTrue();
        again.State!.Arrivals.Select(piece => $"{piece.Element}@{piece.At.Offset}").ShouldBe(["p-1@7", "p-2@10"]);
        (again.State.Version, again.State.Since, again.State.ExpiresAt).ShouldBe((2, Start, Expiry(Start)), "only a new item gets an expiry");
    }

    [Fact]
    public async Task Expected_OpensWhatWaits_AndNothingExpiresIt()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", null, Start, Piece("p-1", 7)), None);
        Describe(await table.UpdateAsync(Update("o-1", Open(3, "{\"x\":1}", due: Due), Start.AddMinutes(1), Piece("p-2", 8)), None)).ShouldBe(
            """written: order-shipping/o-1 Open v2 since 2026-01-01T00:00:00.1234567Z expected orders-0@3 2026-01-01T00:00:00.1234567Z {"x":1} due 2026-01-03T00:00:00.1234567Z overdue - complete - expires - next 2026-01-03T00:00:00.1234567Z"""
            + " [p-1 products-manufactured-1@7 2026-01-01T00:00:00.1304567Z {}; p-2 products-manufactured-1@8 2026-01-01T00:00:00.1314567Z {}]");
        (await table.UpdateAsync(Update("o-1", null, Start.AddMinutes(2), Piece("p-3")), None)).State!.ExpiresAt.ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 2, 10, false)]
    [InlineData(0, 3, 10, false)]
    [InlineData(0, 4, -10, true)]
    [InlineData(1, 0, 10, true)]
    [InlineData(1, 9, 0, false)]
    [InlineData(1, 9, -10, false)]
    public async Task Expected_IsTakenWhenNewer_ByOffsetOrElseByTime(int partition, long offset, int seconds, bool isWritten)
    {
        var table = await TableAsync();
        var before = await table.UpdateAsync(Update("o-1", Open(3, "\"old\"", due: Due), Start), None);
        var result = await table.UpdateAsync(Update("o-1", Open(offset, "\"new\"", partition, Start.AddSeconds(seconds), Due), Start, Piece("p-1")), None);

        result.IsWritten.ShouldBe(isWritten);
        if (isWritten) (result.State!.Version, result.State.ExpectedAt!.Value.Offset, result.State.Arrivals.Count).ShouldBe((2, offset, 1));
        else Describe(result.State).ShouldBe(Describe(before.State), "refused as a whole, with the item as it is");
        Describe(await table.GetAsync(Entity, "o-1", None)).ShouldBe(Describe(result.State));
    }

    [Fact]
    public async Task Expected_FollowsOnlyTheStatusesItNames()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", Open(1, due: Due), Start), None);
        (await table.UpdateAsync(Update("o-1", Open(2, from: [ReconciliationStatus.Overdue, ReconciliationStatus.Cancelled]), Start), None)).IsWritten.ShouldBeFalse();
        (await table.UpdateAsync(Update("o-1", Open(2, from: ReconciliationStatus.Open), Start), None)).IsWritten.ShouldBeTrue();
    }

    [Fact]
    public async Task DueAt_OfTheFirstMessageStays_OrIsReplacedOrTakenAway()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", Open(1, due: Due), Start), None);
        await DueBecomesAsync(Open(2, due: Due.AddDays(1)), Due);
        await DueBecomesAsync(Open(3), Due);
        await DueBecomesAsync(Open(4, due: Due.AddDays(1), keepsDue: false), Due.AddDays(1));
        await DueBecomesAsync(Open(5, keepsDue: false), null);
        await DueBecomesAsync(Open(6), null);
        await DueBecomesAsync(Open(7, due: Due), Due);

        async Task DueBecomesAsync(ExpectedChange change, DateTimeOffset? due)
        {
            var state = (await table.UpdateAsync(Update("o-1", change, Start), None)).State!;
            (state.DueAt, state.NextAt).ShouldBe((due, due ?? DateTimeOffset.MaxValue));
            (await ListAsync(table, ReconciliationStatus.Open)).ShouldBe([Describe(new ReconciliationEntry("o-1", Start, state.NextAt))]);
        }
    }

    [Fact]
    public async Task Cancelled_Expires_AndOpensAgain_NotOverdue()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", Open(1, due: Start), Start, Piece("p-1")), None);
        await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Overdue, null, Start), None);
        var cancelled = (await table.UpdateAsync(Update("o-1", Cancel(2, ReconciliationStatus.Overdue), Start.AddHours(1)), None)).State!;
        (cancelled.Status, cancelled.Document, cancelled.DueAt, cancelled.OverdueAt, cancelled.ExpiresAt).ShouldBe((ReconciliationStatus.Cancelled, null, Start, Start, Expiry(Start.AddHours(1))));

        var opened = (await table.UpdateAsync(Update("o-1", Open(3, due: Due), Start.AddHours(2)), None)).State!;
        (opened.Status, opened.Version, opened.DueAt, opened.OverdueAt, opened.ExpiresAt, opened.Arrivals.Count).ShouldBe((ReconciliationStatus.Open, 4, Start, null, null, 1));
    }

    [Fact]
    public async Task AmendmentOfWhatIsOverdue_LeavesItOverdue_WithItsExpiry()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", Open(1, due: Start), Start), None);
        await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Overdue, null, Start), None);
        var amended = await table.UpdateAsync(Update("o-1", Open(2, due: Due, from: ReconciliationStatus.Overdue) with { Status = ReconciliationStatus.Overdue }, Start.AddHours(1)), None);
        (amended.IsWritten, amended.State!.Status, amended.State.OverdueAt, amended.State.ExpiresAt).ShouldBe((true, ReconciliationStatus.Overdue, Start, Expiry(Start)));
    }

    [Fact]
    public async Task Transition_HoldsOnlyForTheStatusAndVersionSeen()
    {
        var table = await TableAsync();
        Describe(await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Complete, 1, Start), None)).ShouldBe("refused: none");
        var opened = await table.UpdateAsync(Update("o-1", Open(1, due: Due), Start), None);
        Describe(await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Complete, 2, Start), None)).ShouldBe("refused: " + Describe(opened.State));
        Describe(await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Overdue, ReconciliationStatus.Complete, 1, Start), None)).ShouldBe("refused: " + Describe(opened.State));

        var completed = await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Complete, 1, Start.AddHours(1)), None);
        (completed.IsWritten, completed.State!.Status, completed.State.Version, completed.State.CompletedAt, completed.State.ExpiresAt)
            .ShouldBe((true, ReconciliationStatus.Complete, 2, Start.AddHours(1), Expiry(Start.AddHours(1))));
        Describe(await table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Complete, 1, Start), None)).ShouldBe("refused: " + Describe(completed.State));
    }

    [Fact]
    public async Task Transition_ToOverdue_OnlyOfWhatIsDue()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("never", Open(1), Start), None);
        await table.UpdateAsync(Update("o-1", Open(1, due: Due), Start), None);
        (await OverdueAsync("never", DateTimeOffset.MaxValue.AddDays(-1))).IsWritten.ShouldBeFalse();
        (await OverdueAsync("o-1", Due.AddTicks(-1))).IsWritten.ShouldBeFalse();
        var overdue = await OverdueAsync("o-1", Due);
        (overdue.IsWritten, overdue.State!.OverdueAt, overdue.State.NextAt).ShouldBe((true, Due, Expiry(Due)));

        Task<UpdateResult> OverdueAsync(string id, DateTimeOffset now) => table.TransitionAsync(Transition(id, ReconciliationStatus.Open, ReconciliationStatus.Overdue, null, now), None);
    }

    [Fact]
    public async Task TooLargeItem_IsRefusedAndNothingIsWritten()
    {
        var table = await TableAsync();
        var half = new string('x', 200 * 1024);
        var before = await table.UpdateAsync(Update("o-1", Open(1, $"\"{half}\""), Start), None);
        var refused = await Should.ThrowAsync<ItemTooLargeException>(() => table.UpdateAsync(Update("o-1", null, Start, Piece("p-1"), Piece("p-2", 1, $"\"{half}{half}\"")), None));
        refused.Message.ShouldStartWith("order-shipping 'o-1' would ");
        Describe(await table.GetAsync(Entity, "o-1", None)).ShouldBe(Describe(before.State));
        (await table.UpdateAsync(Update("o-1", null, Start, Piece("p-1", 1, $"\"{half[..^8000]}\"")), None)).IsWritten.ShouldBeTrue();
        await Should.ThrowAsync<ItemTooLargeException>(() => table.UpdateAsync(Update("o-1", Open(2, $"\"{half}{half}\""), Start), None));
    }

    [Fact]
    public async Task ThousandPieces_InWritesOfAHundred_FitInOneItem()
    {
        var table = await TableAsync();
        ReconciliationState? state = (await table.UpdateAsync(Update("o-1", Open(1, due: Due), Start), None)).State;
        for (var start = 0; start < 1000; start += 100)
            state = (await table.UpdateAsync(Update("o-1", null, Start, [.. Enumerable.Range(start, 100).Select(i => Piece($"product-{i:D4}", i, $$"""{"productId":"product-{{i:D4}}","serialNumber":"{{i:D36}}"}"""))]), None)).State;
        state!.Arrivals.Select(piece => piece.Element).ShouldBe(Enumerable.Range(0, 1000).Select(i => $"product-{i:D4}"));
        state.Arrivals.ShouldAllBe(piece => piece.Element.EndsWith(piece.At.Offset.ToString("D4")));
    }

    [Fact]
    public async Task List_IsOfOneEntityAndStatus_ByTime_PageByPage()
    {
        var table = await TableAsync();
        for (var i = 0; i < 40; i++) await table.UpdateAsync(Update($"o-{i:D2}", Open(i, due: Start.AddHours(i)), Start), None);
        await table.UpdateAsync(Update("waiting", null, Start, Piece("p-1")), None);
        await table.UpdateAsync(Update("other", Open(1, due: Start), Start) with { Entity = "invoice-payment" }, None);
        await table.TransitionAsync(Transition("o-05", ReconciliationStatus.Open, ReconciliationStatus.Complete, null, Start), None);

        var expected = Enumerable.Range(0, 40).Where(i => i != 5).Select(i => Describe(new ReconciliationEntry($"o-{i:D2}", Start, Start.AddHours(i)))).ToList();
        foreach (var limit in new[] { 1, 7, 39, 100 }) (await ListAsync(table, ReconciliationStatus.Open, limit: limit)).ShouldBe(expected);
        (await ListAsync(table, ReconciliationStatus.Open, Start.AddHours(10), 3)).ShouldBe(expected.Take(10));
        (await ListAsync(table, ReconciliationStatus.Open, Start.AddTicks(-1))).ShouldBeEmpty();
        (await ListAsync(table, ReconciliationStatus.Waiting)).ShouldBe([Describe(new ReconciliationEntry("waiting", Start, Expiry(Start)))]);
        (await ListAsync(table, ReconciliationStatus.Cancelled)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("bnVsbA")]
    [InlineData("e30")]
    [InlineData("eyJlIjoib3JkZXItc2hpcHBpbmciLCJzIjoib3BlbiIsInAiOjh9")]
    public async Task PageToken_ThatWasNotGivenOut_IsRefused(string token)
    {
        var table = await TableAsync();
        await Should.ThrowAsync<PageTokenException>(() => table.ListAsync(new ReconciliationQuery(Entity, ReconciliationStatus.Open, null, 10, token), None));
    }

    /// <summary>All pages, sorted: the order between the index's parts is left open.</summary>
    protected static async Task<IReadOnlyList<string>> ListAsync(IReconciliationTable table, ReconciliationStatus status, DateTimeOffset? due = null, int limit = 10)
    {
        var entries = new List<ReconciliationEntry>();
        string? token = null;
        do
        {
            var page = await table.ListAsync(new ReconciliationQuery(Entity, status, due, limit, token), None);
            page.Items.Count.ShouldBeLessThanOrEqualTo(limit);
            entries.AddRange(page.Items);
            token = page.PageToken;
        }
        while (token is not null);
        return [.. entries.OrderBy(entry => entry.NextAt).ThenBy(entry => entry.Id, StringComparer.Ordinal).Select(Describe)];
    }

    private static ExpectedChange Cancel(long offset, params ReconciliationStatus[] from) =>
        Open(offset, from: from) with { Status = ReconciliationStatus.Cancelled, Document = null };
}
