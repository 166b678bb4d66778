using System.Text.Json.Nodes;

namespace EntitySync.Local.Reconciling;

/// <summary>What must have become of one entity.</summary>
/// <param name="Status">As the API calls it.</param>
/// <param name="Output">The document that must have been written when it became complete; null when it did not.</param>
/// <param name="WasOverdue">Whether it must have been reported.</param>
/// <param name="Arrived">Elements that must be known of it.</param>
/// <param name="Missing">Elements that it must be said to lack; null of amounts, and where nothing is expected.</param>
/// <param name="TooLate">Messages that must be dead letters, as they were sent.</param>
public sealed record Outcome(string Id, string Status, string? Output, bool WasOverdue, IReadOnlySet<string> Arrived, IReadOnlyList<string>? Missing, IReadOnlyList<string?> TooLate);

/// <summary>How the two definitions read their messages, written down once more, on JSON documents and without any of the product's code.</summary>
internal abstract class NaiveRule
{
    public abstract string Entity { get; }

    public abstract string ExpectedTopic { get; }

    public abstract string ArrivedTopic { get; }

    public abstract string OutputTopic { get; }

    public abstract string OverdueTopic { get; }

    public string DeadLetterTopic => Entity + "-dead-letters";

    protected abstract string EmbedAs { get; }

    public abstract string ElementOf(JsonObject piece);

    public abstract bool IsCancelled(JsonObject document);

    /// <summary>Whether two documents expect the same.</summary>
    public abstract bool AreSame(JsonObject one, JsonObject other);

    /// <summary>Null of amounts.</summary>
    public abstract IReadOnlyList<string>? Missing(JsonObject document, IReadOnlyList<JsonObject> pieces);

    /// <summary>The pieces that the output lists; null when something is missing.</summary>
    public abstract IReadOnlyList<JsonObject>? Complete(JsonObject document, IReadOnlyList<JsonObject> pieces);

    public abstract DateTimeOffset DueAt(JsonObject document, DateTimeOffset first);

    public string Output(JsonObject document, IReadOnlyList<JsonObject> pieces)
    {
        var output = document.DeepClone().AsObject();
        output[EmbedAs] = new JsonArray([.. pieces.Select(Fields)]);
        return output.ToJsonString();
    }

    protected abstract JsonObject Fields(JsonObject piece);
}

internal sealed class OrderRule : NaiveRule
{
    public override string Entity => "order-shipping";

    public override string ExpectedTopic => "orders";

    public override string ArrivedTopic => "products-manufactured";

    public override string OutputTopic => "shipping";

    public override string OverdueTopic => "orders-overdue";

    protected override string EmbedAs => "manufactured";

    public override string ElementOf(JsonObject piece) => (string)piece["productId"]!;

    public override bool IsCancelled(JsonObject document) => (string)document["status"]! == "cancelled";

    public override bool AreSame(JsonObject one, JsonObject other) => Products(one).SequenceEqual(Products(other), StringComparer.Ordinal);

    public override IReadOnlyList<string>? Missing(JsonObject document, IReadOnlyList<JsonObject> pieces) => [.. Products(document).Except(pieces.Select(ElementOf))];

    public override IReadOnlyList<JsonObject>? Complete(JsonObject document, IReadOnlyList<JsonObject> pieces)
    {
        var made = pieces.ToDictionary(ElementOf, StringComparer.Ordinal);
        var products = Products(document).ToList();
        return products.TrueForAll(made.ContainsKey) ? products.ConvertAll(product => made[product]) : null;
    }

    public override DateTimeOffset DueAt(JsonObject document, DateTimeOffset first) => first + ReconcileData.Deadline;

    protected override JsonObject Fields(JsonObject piece) =>
        new() { ["productId"] = piece["productId"]!.DeepClone(), ["manufacturedAt"] = piece["manufacturedAt"]!.DeepClone(), ["serialNumber"] = piece["serialNumber"]!.DeepClone() };

    private static IEnumerable<string> Products(JsonObject document) => document["products"]!.AsArray().Select(product => (string)product!["id"]!).Distinct(StringComparer.Ordinal);
}

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

    public override DateTimeOffset DueAt(JsonObject document, DateTimeOffset first) => DateTimeOffset.Parse((string)document["dueAt"]!, System.Globalization.CultureInfo.InvariantCulture);

    protected override JsonObject Fields(JsonObject piece) => new()
    {
        ["paymentId"] = piece["paymentId"]!.DeepClone(), ["amount"] = piece["amount"]!.DeepClone(), ["currency"] = piece["currency"]!.DeepClone(), ["paidAt"] = piece["bookedAt"]!.DeepClone(),
    };

    private static decimal Amount(JsonNode node) => decimal.Parse(node.ToString(), System.Globalization.CultureInfo.InvariantCulture);
}
