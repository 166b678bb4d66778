using System.Globalization;
using System.Text.Json.Nodes;

namespace EntitySync.Local.Reconciling;

/// <summary>invoice-payment.yaml.</summary>
internal sealed class InvoiceRule : NaiveRule
{
    public override string Entity => "invoice-payment";

    public override string ExpectedTopic => "invoices";

    public override string ArrivedTopic => "invoice-payments";

    public override string OutputTopic => "invoices-paid";

    public override string OverdueTopic => "invoices-overdue";

    protected override string EmbedAs => "payments";

    public override string ElementOf(JsonObject piece) => (string)piece["paymentId"]!;

    public override bool IsCancelled(JsonObject document) => (string)document["status"]! is "cancelled" or "credited";

    public override bool AreSame(JsonObject one, JsonObject other) => Amount(one["total"]!["amount"]!) == Amount(other["total"]!["amount"]!);

    public override IReadOnlyList<string>? Missing(JsonObject document, IReadOnlyList<JsonObject> pieces) => null;

    public override IReadOnlyList<JsonObject>? Complete(JsonObject document, IReadOnlyList<JsonObject> pieces)
    {
        var counted = pieces.Where(piece => (string)piece["currency"]! == (string)document["total"]!["currency"]!).ToList();
        return counted.Sum(piece => Amount(piece["amount"]!)) >= Amount(document["total"]!["amount"]!) ? counted : null;
    }

    public override DateTimeOffset DueAt(JsonObject document, DateTimeOffset first) => DateTimeOffset.Parse((string)document["dueAt"]!, CultureInfo.InvariantCulture);

    protected override JsonObject Fields(JsonObject piece) => new()
    {
        ["paymentId"] = piece["paymentId"]!.DeepClone(), ["amount"] = piece["amount"]!.DeepClone(), ["currency"] = piece["currency"]!.DeepClone(), ["paidAt"] = piece["bookedAt"]!.DeepClone(),
    };

    private static decimal Amount(JsonNode node) => decimal.Parse(node.ToString(), CultureInfo.InvariantCulture);
}
