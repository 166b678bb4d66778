using EntitySync.Local.Reconciling;

namespace EntitySync.Tests.Local.Reconciling;

/// <summary>What the demo sends: enough of everything that it is there to show.</summary>
public sealed class ReconcileDataTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ReconcileData _data = ReconcileData.Generate(60, 1, Now);

    [Fact]
    public void SameSeed_GivesTheSame_AnotherDoesNot()
    {
        Lines(ReconcileData.Generate(60, 1, Now)).ShouldBe(Lines(_data));
        Lines(ReconcileData.Generate(60, 2, Now)).ShouldNotBe(Lines(_data));
    }

    [Fact]
    public void EveryStatusComesOut_AndLateAmendments()
    {
        var orders = new Recomputation(new OrderRule(), Now).Of(_data.Sent);
        Counts(orders).ShouldBe("cancelled 6, complete 45, open 3, overdue 3, waiting 3");
        orders.Values.Count(order => order.WasOverdue && order.Status == "complete").ShouldBe(6);
        orders.Values.Sum(order => order.TooLate.Count).ShouldBeGreaterThan(0);
        Counts(new Recomputation(new InvoiceRule(), Now).Of(_data.Sent)).ShouldBe("cancelled 2, complete 11, overdue 2");
    }

    [Fact]
    public void MessagesComeMixedUp_TwiceAndBeforeTheirOrder_ButThoseOfAnOrderInTheirOrder()
    {
        var first = _data.Sent[0];
        first.Count.ShouldBeGreaterThan(first.Distinct().Count(), "some come twice");
        var firstOrder = first.Select((message, index) => (message, index)).Where(one => one.message.Topic == "orders").GroupBy(one => one.message.Key).ToDictionary(group => group.Key, group => group.Min(one => one.index));
        first.Where((message, index) => message.Topic == "products-manufactured" && firstOrder.TryGetValue(message.Key, out var order) && index < order).Count().ShouldBeGreaterThan(20);

        foreach (var cancelled in first.Where(message => message is { Topic: "orders", Json: null }).Select(message => message.Key).Distinct())
            first.Last(message => message.Topic == "orders" && message.Key == cancelled).Json.ShouldBeNull();
    }

    [Fact]
    public void OldMessages_AreOverTheDeadline_ButNotOverWhatAnEventSourceStillTries()
    {
        var age = Now - _data.Sent.SelectMany(wave => wave).Min(message => message.Timestamp);
        age.ShouldBeGreaterThan(ReconcileData.Deadline);
        age.ShouldBeLessThan(TimeSpan.FromHours(12));
    }

    private static List<string> Lines(ReconcileData data) => [.. data.Sent.SelectMany(wave => wave).Select(message => $"{message.Topic} {message.Key} {message.Json} {message.Timestamp:O}")];

    private static string Counts(IReadOnlyDictionary<string, Outcome> outcomes) =>
        string.Join(", ", outcomes.Values.GroupBy(outcome => outcome.Status).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}"));
}
