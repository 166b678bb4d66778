using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReconciliationAttributes;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Reads an item of the table of reconciliations, whether a call or the table's stream brought it.</summary>
public static class ReconciliationItem
{
    private const NumberStyles Digits = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    private static readonly Dictionary<string, ReconciliationStatus> Statuses = Enum.GetValues<ReconciliationStatus>().ToDictionary(Name, StringComparer.Ordinal);

    /// <exception cref="InvalidRequestException">It is no such item; the message names the attribute.</exception>
    public static ReconciliationState ToState(IReadOnlyDictionary<string, AttributeValue> item) => new Reader(item).Read();

    /// <summary>The status that attribute <c>status</c> names; null when it names none.</summary>
    public static ReconciliationStatus? ParseStatus(string? name) => name is not null && Statuses.TryGetValue(name, out var status) ? status : null;

    /// <summary>An entry of the index.</summary>
    /// <exception cref="InvalidRequestException">It is none; the message names the attribute.</exception>
    internal static ReconciliationEntry ToEntry(IReadOnlyDictionary<string, AttributeValue> item)
    {
        var reader = new Reader(item);
        return new ReconciliationEntry(reader.EntityAndId().Id, reader.Moment(Since), reader.Moment(NextAt));
    }

    private readonly struct Reader(IReadOnlyDictionary<string, AttributeValue> item, string? name = null)
    {
        private readonly string _name = name ?? item.GetValueOrDefault(EntityId)?.S ?? "an item without entityId";

        public ReconciliationState Read()
        {
            var (entity, id) = EntityAndId();
            return new ReconciliationState
            {
                Entity = entity,
                Id = id,
                Status = ParseStatus(item.GetValueOrDefault(ReconciliationAttributes.Status)?.S) ?? throw Wrong(ReconciliationAttributes.Status),
                Version = Number(ItemVersion),
                Since = Moment(Since),
                ExpectedAt = item.ContainsKey(ExpectedTopic) ? new Position(Text(ExpectedTopic), (int)Number(ExpectedPartition), Number(ExpectedOffset)) : null,
                ExpectedTimestamp = OptionalMoment(ExpectedTimestamp),
                Document = item.GetValueOrDefault(Document)?.B is { } document ? (ReadOnlyMemory<byte>?)document.ToArray() : null,
                Arrivals = Arrivals(),
                DueAt = OptionalMoment(DueAt),
                OverdueAt = OptionalMoment(OverdueAt),
                CompletedAt = OptionalMoment(CompletedAt),
                ExpiresAt = item.GetValueOrDefault(ExpiresAt)?.NULL == true ? null : OptionalMoment(ExpiresAt),
            };
        }

        public (string Entity, string Id) EntityAndId() => Text(EntityId).Split('/', 2) is [var entity, var id] ? (entity, id) : throw Wrong(EntityId);

        public DateTimeOffset Moment(string attribute) =>
            decimal.TryParse(item.GetValueOrDefault(attribute)?.N, Digits, CultureInfo.InvariantCulture, out var seconds) && DateTimeOffset.UnixEpoch.UtcTicks + (seconds * TimeSpan.TicksPerSecond) is var ticks
                && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
                ? new DateTimeOffset((long)ticks, TimeSpan.Zero)
                : throw Wrong(attribute);

        private DateTimeOffset? OptionalMoment(string attribute) => item.ContainsKey(attribute) ? Moment(attribute) : null;

        private string Text(string attribute) => item.GetValueOrDefault(attribute)?.S ?? throw Wrong(attribute);

        private long Number(string attribute) => long.TryParse(item.GetValueOrDefault(attribute)?.N, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(attribute);

        private List<Arrival> Arrivals()
        {
            var arrivals = new List<Arrival>();
            foreach (var (attribute, value) in item)
            {
                if (!attribute.StartsWith(PiecePrefix, StringComparison.Ordinal)) continue;
                if (value.M is not { } piece) throw Wrong(attribute);
                arrivals.Add(new Reader(piece, $"{_name}, {attribute}").Piece(attribute[PiecePrefix.Length..]));
            }

            arrivals.Sort(static (one, other) => string.CompareOrdinal(one.Element, other.Element));
            return arrivals;
        }

        private Arrival Piece(string element) => new(
            element,
            TryParsePosition(Text(PieceAt), out var at) ? at : throw Wrong(PieceAt),
            Moment(PieceTimestamp),
            item.GetValueOrDefault(PieceFields)?.B?.ToArray() ?? throw Wrong(PieceFields),
            item.ContainsKey(PieceAmount) ? new Amount(decimal.TryParse(Text(PieceAmount), Digits, CultureInfo.InvariantCulture, out var amount) ? amount : throw Wrong(PieceAmount), item.GetValueOrDefault(PieceCurrency)?.S) : null);

        private InvalidRequestException Wrong(string attribute) => new($"{_name}: attribute '{attribute}' is not what a reconciliation writes there.");

        // A topic may have hyphens, so it is read from its end: "products-manufactured-0@12".
        private static bool TryParsePosition([NotNullWhen(true)] string? text, out Position position)
        {
            position = default;
            if (text is null || text.LastIndexOf('@') is not (> 0 and var offsetAt) || text.LastIndexOf('-', offsetAt) is not (> 0 and var partitionAt)) return false;
            if (!int.TryParse(text.AsSpan()[(partitionAt + 1)..offsetAt], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)) return false;
            if (!long.TryParse(text.AsSpan()[(offsetAt + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return false;
            position = new Position(text[..partitionAt], partition, offset);
            return true;
        }
    }
}
