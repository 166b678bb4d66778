using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EntitySync.Core.ReadModels;
using EntitySync.Core.Reconciliation;
using static EntitySync.Adapters.DynamoDb.ReadModelAttributes;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// After which row a list goes on. Base64url of JSON; good only for the list that it was given out for. A list of an index goes on in another version that declares the index
/// alike, so a switch disturbs no reader; one of all rows does not: their order is the table's own.
/// </summary>
/// <param name="List">Which list: read model, index with its fields and ends, or version.</param>
/// <param name="Key">Key of the row before.</param>
/// <param name="Sort">Its sort value; null without index.</param>
internal sealed record ReadModelPageToken(
    [property: JsonPropertyName("l")] string List,
    [property: JsonPropertyName("k")] string Key,
    [property: JsonPropertyName("s"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sort)
{
    private const int LongestKey = 2048;

    /// <returns>Null without token: the beginning.</returns>
    /// <exception cref="PageTokenException">Not given out by this table, or for another list.</exception>
    public static ReadModelPageToken? Parse(ReadModelVersionId version, RowQuery query)
    {
        if (query.PageToken is not { } text) return null;
        var token = TryRead(text);
        if (token?.List is null || token.Key is not { Length: > 0 and <= LongestKey } || token.Sort is null != query.Index is null || !IsSort(token.Sort, query))
            throw new PageTokenException("The page token is none that was given out for this list.");
        return token.List == NameOf(version, query)
            ? token
            : throw new PageTokenException(query.Index is null
                ? "The page token belongs to another list, or to all rows of another version: the read model has been switched meanwhile. Begin again without a token."
                : "The page token belongs to another list. Begin again without a token.");
    }

    /// <param name="version">The version that is read.</param>
    /// <param name="query">Whose list it is.</param>
    /// <param name="last">DynamoDB's last evaluated key.</param>
    public static ReadModelPageToken Of(ReadModelVersionId version, RowQuery query, Item last)
    {
        var sort = query.Index is { } index ? last[IndexSort(index.Name)] : null;
        return new ReadModelPageToken(NameOf(version, query), last[RowKey].S, sort?.S ?? sort?.N);
    }

    public Item ToKey(RowQuery query)
    {
        var key = ReadModelAttributes.Key(Key);
        if (query.Index is not { } index) return key;
        key[IndexKey(index.Name)] = AttributeValues.Text(query.Key!);
        key[IndexSort(index.Name)] = ReadModelAttributes.Sort(Sort!, SortsNumbers(index));
        return key;
    }

    public override string ToString() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, ReadModelPageTokenJson.Default.ReadModelPageToken));

    private static bool IsSort(string? sort, RowQuery query) =>
        sort is null || (SortsNumbers(query.Index!) ? decimal.TryParse(sort, NumberStyles.Float, CultureInfo.InvariantCulture, out _) : sort.Length is > 0 and <= LongestKey);

    private static string NameOf(ReadModelVersionId version, RowQuery query)
    {
        if (query.Index is not { } index) return version.ToString();
        string?[] parts = [version.ReadModel, index.Name, index.Key, index.Sort, SortsNumbers(index) ? "number" : "text", query.Key, query.From, query.To, query.IsDescending ? "descending" : "ascending"];
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => part is null ? "-" : $"{part.Length}:{part}"))))[..12]);
    }

    private static ReadModelPageToken? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(text), ReadModelPageTokenJson.Default.ReadModelPageToken);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(ReadModelPageToken))]
internal sealed partial class ReadModelPageTokenJson : JsonSerializerContext;
