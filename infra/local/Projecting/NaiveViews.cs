using System.Text.Json.Nodes;
using EntitySync.Local.Demo;

namespace EntitySync.Local.Projecting;

/// <summary>
/// What the rows must be, worked out from all that was sent by plain rules of its own: no definition, no position, no fact. Events of an order are told apart by their ids, and
/// come here in the order of sending, which within a topic is the order of the order's offsets.
/// </summary>
internal static class NaiveViews
{
    /// <summary>Rows of orders-search by key.</summary>
    /// <param name="sent">All messages.</param>
    /// <param name="withParcel">True once the definition has that field.</param>
    public static Dictionary<string, JsonObject> Search(IEnumerable<SentMessage> sent, bool withParcel)
    {
        var rows = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var order in sent.GroupBy(message => message.Key, StringComparer.Ordinal))
        {
            if (Order([.. order], withParcel) is { } row) rows[order.Key] = row;
        }

        return rows;
    }

    /// <summary>Rows of orders-reporting by key.</summary>
    public static Dictionary<string, JsonObject> Reporting(IEnumerable<SentMessage> sent)
    {
        var rows = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var message in Distinct(sent).Where(message => message.Json is not null))
        {
            var told = JsonNode.Parse(message.Json!)!;
            var key = $"{told["day"]}/{told["region"]}";
            if (!rows.TryGetValue(key, out var row)) rows[key] = row = new JsonObject { ["day"] = (string)told["day"]!, ["region"] = (string)told["region"]! };
            if (message.Topic == OrderHistories.Payments)
            {
                Add(row, "payments", 1);
                Add(row, "paid", (decimal)told["amount"]!);
                continue;
            }

            switch ((string)told["type"]!)
            {
                case "OrderPlaced":
                    Add(row, "orders", 1);
                    Add(row, "turnover", (decimal)told["total"]!);
                    break;
                case "OrderShipped": Add(row, "shipped", 1); break;
                case "OrderCancelled": Add(row, "cancelled", 1); break;
            }
        }

        return rows;
    }

    private static JsonObject? Order(List<SentMessage> all, bool withParcel)
    {
        var events = all.FindAll(message => message.Topic == OrderHistories.Events);
        var end = events.FindLastIndex(message => message.Json is null || message.Json.Contains("\"OrderDeleted\"", StringComparison.Ordinal));
        var deletedAt = end < 0 ? DateTimeOffset.MinValue : events[end].Timestamp;
        var told = Distinct(events.Skip(end + 1)).Select(message => JsonNode.Parse(message.Json!)!).OrderBy(each => (string)each["at"]!, StringComparer.Ordinal).ToList();
        var payments = Distinct(all.Where(message => message.Topic == OrderHistories.Payments && message.Timestamp > deletedAt)).Select(message => JsonNode.Parse(message.Json!)!).ToList();
        if (told.Count + payments.Count == 0) return null;

        var row = new JsonObject();
        if (told.Find(each => (string?)each["type"] == "OrderPlaced") is { } placed)
        {
            row["customer"] = placed["customer"]!["name"]!.DeepClone();
            row["placedAt"] = placed["at"]!.DeepClone();
            row["total"] = placed["total"]!.DeepClone();
        }

        if (told.Count > 0)
        {
            row["status"] = OrderHistories.States[told.Max(each => Array.IndexOf(OrderHistories.States, (string)each["status"]!))];
            row["history"] = new JsonArray([.. told.Select(each => (JsonNode)new JsonObject { ["what"] = each["type"]!.DeepClone(), ["at"] = each["at"]!.DeepClone() })]);
        }

        if (told.Find(each => each["carrier"] is not null) is { } shipped)
        {
            row["carrier"] = shipped["carrier"]!.DeepClone();
            if (withParcel) row["parcel"] = shipped["parcel"]!.DeepClone();
        }

        foreach (var payment in payments)
        {
            Add(row, "paid", (decimal)payment["amount"]!);
            Add(row, "payments", 1);
        }

        return row;
    }

    private static IEnumerable<SentMessage> Distinct(IEnumerable<SentMessage> sent) => sent.DistinctBy(message => message.Json ?? message.Timestamp.ToString("O"));

    private static void Add(JsonObject row, string field, decimal amount) => row[field] = (row[field] is { } before ? (decimal)before : 0) + amount;
}
