using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Testing;

/// <summary>Reconciliations built in code, for tests that are not about the loader.</summary>
public static class SampleReconciliations
{
    /// <summary>An order is complete when each of its products is made; overdue two days after its first message; cancelled by its status.</summary>
    public static ReconciliationDefinition OrderShipping() => new()
    {
        Entity = "order-shipping",
        Expected = new ExpectedDefinition(
            "orders",
            KeyDefinition.Of(Path("orderId")),
            Path("products[].id"),
            null,
            [new WhereCondition(Path("status"), [[.. Encoding.UTF8.GetBytes("\"cancelled\"")]])]),
        Arrived = new ArrivedDefinition("products-manufactured", KeyDefinition.Of(Path("orderId")), Path("productId"), null, [], "manufactured products"),
        Deadline = new DeadlineDefinition(TimeSpan.FromDays(2), null),
        Output = new CompletedOutput("shipping", "manufactured"),
        OverdueTopic = "orders-overdue",
    };

    /// <summary>An invoice is complete when its payments sum up to its amount; overdue at the moment it names.</summary>
    public static ReconciliationDefinition InvoicePayment() => new()
    {
        Entity = "invoice-payment",
        Expected = new ExpectedDefinition("invoices", KeyDefinition.Of(Path("invoiceId")), null, new AmountDefinition(Path("total.value"), Path("total.currency")), []),
        Arrived = new ArrivedDefinition(
            "invoice-payments",
            KeyDefinition.Of(Path("invoiceId")),
            Path("paymentId"),
            new AmountDefinition(Path("value"), Path("currency")),
            [new FieldMapping("payment", Path("paymentId")), new FieldMapping("value", Path("value")), new FieldMapping("method", Path("method"), [.. Encoding.UTF8.GetBytes("\"unknown\"")])],
            "payments"),
        Deadline = new DeadlineDefinition(null, Path("dueAt")),
        Output = new CompletedOutput("invoices-paid", "payments"),
        OverdueTopic = "invoices-overdue",
    };

    private static FieldPath Path(string text) => SampleDefinitions.Path(text);
}
