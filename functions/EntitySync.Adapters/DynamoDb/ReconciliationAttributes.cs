using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Reconciliation;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// How an entity of a reconciliation looks in the table. Partition key <c>entityId</c>, e.g. <c>order-shipping/o-1</c>; each piece is an attribute of its own, <c>a/p-1</c>, so that
/// writes of different pieces do not touch each other. Moments are seconds since 1970 with up to seven decimals: they compare as numbers, and TTL wants it so.
/// </summary>
internal static class ReconciliationAttributes
{
    public const string EntityId = "entityId";
    public const string Status = "status";
    public const string ItemVersion = "version";
    public const string Since = "since";
    public const string Document = "document";
    public const string ExpectedTopic = "expectedTopic";
    public const string ExpectedPartition = "expectedPartition";
    public const string ExpectedOffset = "expectedOffset";
    public const string ExpectedTimestamp = "expectedTimestamp";
    public const string DueAt = "dueAt";
    public const string OverdueAt = "overdueAt";
    public const string CompletedAt = "completedAt";

    /// <summary>The table's TTL. NULL of an item that stays: there, so that nothing sets it as if it were new, and no number, so that TTL passes it by.</summary>
    public const string ExpiresAt = "expiresAt";

    /// <summary>Stands before the element of a piece; no other attribute begins so.</summary>
    public const string PiecePrefix = "a/";

    /// <summary>Index of statuses: <see cref="StatusPart"/>, then <see cref="NextAt"/>; projects <see cref="Since"/>.</summary>
    public const string IndexName = "byStatus";

    /// <summary>Entity, status and part, <c>order-shipping#open#3</c>: a key of the index takes only so many writes a second, so each status has several.</summary>
    public const string StatusPart = "statusPart";

    public const string NextAt = "nextAt";

    /// <summary>Parts of a status in the index. Another number would hide what is there already.</summary>
    public const int Parts = 8;

    // Of a piece.
    public const string PieceAt = "at";
    public const string PieceTimestamp = "timestamp";
    public const string PieceFields = "fields";
    public const string PieceAmount = "amount";
    public const string PieceCurrency = "currency";

    public static AttributeValue Never => new() { NULL = true };

    public static Item Key(string entity, string id) => new() { [EntityId] = Text($"{entity}/{id}") };

    public static AttributeValue Moment(DateTimeOffset moment) => new()
    {
        N = ((decimal)(moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture),
    };

    public static AttributeValue Piece(Arrival arrival)
    {
        var piece = new Item { [PieceAt] = Text(arrival.At.ToString()), [PieceTimestamp] = Moment(arrival.Timestamp), [PieceFields] = Bytes(arrival.Fields) };
        if (arrival.Amount is { } amount)
        {
            piece[PieceAmount] = Text(amount.Value.ToString(CultureInfo.InvariantCulture)); // a number would lose the zeros at its end
            if (amount.Currency is { } currency) piece[PieceCurrency] = Text(currency);
        }

        return new AttributeValue { M = piece };
    }

    public static AttributeValue PartOf(string entity, string id, ReconciliationStatus status) => PartOf(entity, status, Part(id));

    public static AttributeValue PartOf(string entity, ReconciliationStatus status, int part) => Text(string.Create(CultureInfo.InvariantCulture, $"{entity}#{Name(status)}#{part}"));

    public static string Name(ReconciliationStatus status) => ReconciliationView.NameOf(status);

    // FNV-1a: the same in every process and version.
    private static int Part(string id)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(id)) hash = unchecked((hash ^ octet) * 16777619u);
        return (int)(hash % Parts);
    }
}
