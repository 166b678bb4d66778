using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Reconciliation;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReconciliationAttributes;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Where a list of the index goes on: in which part, and after which entry of it. Base64url of JSON; good only for the entity and status it was given out for.</summary>
/// <param name="Entity">Whose list it is.</param>
/// <param name="Status">The status of it.</param>
/// <param name="Part">Part of the index.</param>
/// <param name="Id">The entry before; null at the beginning of the part.</param>
/// <param name="NextAt">Its time, as the index has it.</param>
internal sealed record ReconciliationPageToken(
    [property: JsonPropertyName("e")] string Entity,
    [property: JsonPropertyName("s")] string Status,
    [property: JsonPropertyName("p")] int Part,
    [property: JsonPropertyName("i"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: JsonPropertyName("n"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NextAt)
{
    private const int LongestId = 1024;

    /// <exception cref="PageTokenException">Not given out by this table, or for another list.</exception>
    public static ReconciliationPageToken Parse(ReconciliationQuery query)
    {
        if (query.PageToken is not { } text) return At(query, 0, null);
        var token = TryRead(text);
        if (token is not { Part: >= 0 and < Parts } || token.Id is null != token.NextAt is null || token.Id?.Length > LongestId || (token.NextAt is { } next && !IsNumber(next)))
            throw new PageTokenException("The page token is none that was given out here.");
        return token.Entity == query.Entity && token.Status == Name(query.Status)
            ? token
            : throw new PageTokenException($"The page token belongs to the list of {token.Entity} that are {token.Status}; this is the one of {query.Entity} that are {Name(query.Status)}.");
    }

    /// <param name="query">Whose list it is.</param>
    /// <param name="part">Part of the index.</param>
    /// <param name="last">DynamoDB's last evaluated key; null at the beginning of the part.</param>
    public static ReconciliationPageToken At(ReconciliationQuery query, int part, Item? last) =>
        new(query.Entity, Name(query.Status), part, last?[EntityId].S[(query.Entity.Length + 1)..], last?[ReconciliationAttributes.NextAt].N);

    public Item? ExclusiveStartKey(ReconciliationQuery query) => Id is null ? null : new Item(Key(query.Entity, Id))
    {
        [StatusPart] = PartOf(query.Entity, query.Status, Part),
        [ReconciliationAttributes.NextAt] = new AttributeValue { N = NextAt },
    };

    public override string ToString() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, ReconciliationPageTokenJson.Default.ReconciliationPageToken));

    private static ReconciliationPageToken? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(text), ReconciliationPageTokenJson.Default.ReconciliationPageToken);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    private static bool IsNumber(string text) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
}

[JsonSerializable(typeof(ReconciliationPageToken))]
internal sealed partial class ReconciliationPageTokenJson : JsonSerializerContext;
