using EntitySync.Local.Demo;
using EntitySync.Local.Reconciling;

namespace EntitySync.Tests.Local.Reconciling;

/// <summary>What the demo holds to be right, on a few messages.</summary>
public sealed class RecomputationTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Old = Now - ReconcileData.Deadline - TimeSpan.FromMinutes(1);

    [Fact]
    public void ProductsBeforeAndAfterTheirOrder_MakeItComplete_InTheOrdersOrder()
    {
        var outcome = Of(new OrderRule(), [Product("b", 1), Order("a", "b"), Product("a", 2), Product("b", 3), Product("c", 4)]);

        outcome.Status.ShouldBe("complete");
        outcome.Output.ShouldBe(
            """{"orderId":"o","status":"new","products":[{"id":"a"},{"id":"b"}],"manufactured":[{"productId":"a","manufacturedAt":"t","serialNumber":"2"},{"productId":"b","manufacturedAt":"t","serialNumber":"1"}]}""");
        outcome.Arrived.Order(StringComparer.Ordinal).ShouldBe(["a", "b", "c"]);
        (outcome.WasOverdue, outcome.TooLate.Count, outcome.Missing!.Count).ShouldBe((false, 0, 0));
    }

    [Fact]
    public void LastOrderCounts_UntilItIsComplete()
    {
        Of(new OrderRule(), [Order("a", "never"), Product("a", 1), Order("a")]).Status.ShouldBe("complete");
        var more = Of(new OrderRule(), [Order("a"), Product("a", 1), Order("a", "b")]);
        more.Status.ShouldBe("open");
        more.Missing.ShouldBe(["b"]);
    }

    [Fact]
    public void WhatComesTooLate_IsADeadLetter_UnlessItExpectsTheSame()
    {
        var (amended, cancelled, tombstone) = (Order("a", "b"), Order("cancelled", ["a"]), Message("orders", null));
        var outcome = Of(new OrderRule(), [Order("a"), Product("a", 1)], [amended, Order("paid", ["a"]), cancelled, tombstone, Product("late", 2)]);

        outcome.Status.ShouldBe("complete");
        outcome.TooLate.ShouldBe([amended.Json, cancelled.Json, null]);
        outcome.Arrived.Order(StringComparer.Ordinal).ShouldBe(["a", "late"]);
        outcome.Output!.ShouldContain("\"status\":\"new\"");
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData(null)]
    public void CancelledOrder_WaitsForNothing_UntilItIsOpenedAgain(string? status)
    {
        var cancel = status is null ? Message("orders", null) : Order(status, ["a"]);
        var cancelled = Of(new OrderRule(), [Order("a"), cancel, Product("a", 1)]);
        (cancelled.Status, cancelled.Output, cancelled.Missing).ShouldBe(("cancelled", null, null));
        Of(new OrderRule(), [Order("a"), cancel, Product("a", 1)], [Order("a")]).Status.ShouldBe("complete");
    }

    [Fact]
    public void OverdueOrder_IsReported_AndMayBeCompleteLater()
    {
        var overdue = Of(new OrderRule(), [Order("a") with { Timestamp = Old }]);
        (overdue.Status, overdue.WasOverdue).ShouldBe(("overdue", true));
        var late = Of(new OrderRule(), [Order("a") with { Timestamp = Old }], [Product("a", 1)]);
        (late.Status, late.WasOverdue).ShouldBe(("complete", true));
        // The deadline counts from the first message.
        Of(new OrderRule(), [Order("a", "b") with { Timestamp = Old }, Order("a")]).Status.ShouldBe("overdue");
    }

    [Fact]
    public void ProductsOfNobody_Wait()
    {
        var outcome = Of(new OrderRule(), [Product("a", 1)]);
        (outcome.Status, outcome.Missing, outcome.Output).ShouldBe(("waiting", null, null));
    }

    [Theory]
    [InlineData("0.30", "0.10", "0.20", "complete")]
    [InlineData("0.31", "0.10", "0.20", "open")]
    [InlineData("99999999999999999.99", "99999999999999999.98", "0.01", "complete")]
    [InlineData("99999999999999999.99", "99999999999999999.98", "0.009", "open")]
    public void Payments_SumUpExactly(string amount, string one, string other, string status) =>
        Of(new InvoiceRule(), [Payment("p-1", one), Invoice(amount), Payment("p-2", other)]).Status.ShouldBe(status);

    [Fact]
    public void PaymentsKeepTheirDigits_ComeOnce_AndCountInTheirCurrency()
    {
        var outcome = Of(new InvoiceRule(), [Payment("p-1", "\"1.50\""), Payment("p-2", "9.00", "USD"), Payment("p-1", "\"1.50\""), Invoice("2.00"), Payment("p-3", "0.5")]);

        outcome.Output!.ShouldEndWith(
            ",\"payments\":[{\"paymentId\":\"p-1\",\"amount\":\"1.50\",\"currency\":\"EUR\",\"paidAt\":\"d\"},{\"paymentId\":\"p-3\",\"amount\":0.5,\"currency\":\"EUR\",\"paidAt\":\"d\"}]}");
        outcome.Arrived.Order(StringComparer.Ordinal).ShouldBe(["p-1", "p-2", "p-3"]);
        Of(new InvoiceRule(), [Payment("p-1", "1.50"), Payment("p-1", "1.50"), Invoice("3.00")]).Status.ShouldBe("open");
    }

    [Theory]
    [InlineData("2026-01-01T11:59:59Z", "overdue")]
    [InlineData("2026-01-01T12:00:01Z", "open")]
    public void Invoice_SaysWhenItIsDue(string dueAt, string status) => Of(new InvoiceRule(), [Invoice("1.00", dueAt)]).Status.ShouldBe(status);

    private static Outcome Of(NaiveRule rule, params IReadOnlyList<SentMessage>[] waves) => new Recomputation(rule, Now).Of(waves).ShouldHaveSingleItem().Value;

    private static SentMessage Message(string topic, string? json) => new(topic, "o", json, Now);

    private static SentMessage Order(params string[] products) => Order("new", products);

    private static SentMessage Order(string status, string[] products) =>
        Message("orders", $$"""{"orderId":"o","status":"{{status}}","products":[{{string.Join(',', products.Select(product => $$"""{"id":"{{product}}"}"""))}}]}""");

    private static SentMessage Product(string product, int serial) =>
        Message("products-manufactured", $$"""{"productId":"{{product}}","orderId":"o","plant":"north","manufacturedAt":"t","serialNumber":"{{serial}}"}""");

    private static SentMessage Invoice(string amount, string dueAt = "2027-01-01T00:00:00Z") =>
        Message("invoices", $$"""{"invoiceId":"o","status":"sent","total":{"amount":{{amount}},"currency":"EUR"},"dueAt":"{{dueAt}}"}""");

    private static SentMessage Payment(string id, string amount, string currency = "EUR") =>
        Message("invoice-payments", $$"""{"paymentId":"{{id}}","reference":"o","amount":{{amount}},"currency":"{{currency}}","bookedAt":"d"}""");
}
