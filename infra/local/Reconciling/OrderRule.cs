using System.Text.Json.Nodes;

namespace EntitySync.Local.Reconciling;

/// <summary>order-shipping.yaml, with the demo's deadline.</summary>
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
