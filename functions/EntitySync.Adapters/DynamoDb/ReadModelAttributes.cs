using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// How a row looks in the table of a version. Partition key <c>rowKey</c>; <c>document</c> is the row as JSON text, readable in the console; each index has two attributes of
/// its own, <c>i/byStatus</c> and <c>i/byStatus/sort</c>, which no other attribute can be named like. A deleted row has facts only, until TTL takes it.
/// </summary>
internal static class ReadModelAttributes
{
    public const string RowKey = "rowKey";
    public const string Revision = "revision";
    public const string Facts = "facts";
    public const string Document = "document";

    /// <summary>The tables' TTL.</summary>
    public const string ExpiresAt = "expiresAt";

    // What DynamoDB takes as keys of an index.
    private const int LongestIndexKey = 2048;
    private const int LongestIndexSort = 1024;

    public static string IndexKey(string index) => $"i/{index}";

    public static string IndexSort(string index) => $"i/{index}/sort";

    public static Item Key(string rowKey) => new() { [RowKey] = Text(rowKey) };

    /// <summary>Without sort field the row's key sorts, a text.</summary>
    public static bool SortsNumbers(ReadModelIndex index) => index is { SortsNumbers: true, Sort: not null };

    public static AttributeValue Sort(string sort, bool isNumber) => isNumber ? new AttributeValue { N = sort } : Text(sort);

    public static Item ToItem(ReadModelRow row)
    {
        var item = new Item(Key(row.Key)) { [Revision] = Number(row.Revision), [Facts] = Bytes(row.Facts) };
        if (row.Document is { } document) item[Document] = Text(Encoding.UTF8.GetString(document.Span));
        if (row.ExpiresAt is { } expiresAt) item[ExpiresAt] = Number(Expiry(expiresAt).ToUnixTimeSeconds());
        foreach (var entry in row.Indexes.Where(IsPossible))
        {
            item[IndexKey(entry.Index)] = Text(entry.Key);
            item[IndexSort(entry.Index)] = Sort(entry.Sort, entry.SortsNumber);
        }

        return item;
    }

    /// <exception cref="InvalidRequestException">It is none that a read model wrote; the message names the attribute.</exception>
    public static ReadModelRow ToRow(Item item)
    {
        var key = item.GetValueOrDefault(RowKey)?.S ?? throw Wrong("an item without rowKey", RowKey);
        var document = item.GetValueOrDefault(Document)?.S;
        return new ReadModelRow(
            key,
            ToNumber(item, key, Revision),
            item.GetValueOrDefault(Facts)?.B?.ToArray() ?? throw Wrong(key, Facts),
            document is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(document),
            ToEntries(item),
            item.ContainsKey(ExpiresAt) ? DateTimeOffset.FromUnixTimeSeconds(ToNumber(item, key, ExpiresAt)) : null);
    }

    /// <exception cref="InvalidRequestException">It is none that a read model wrote.</exception>
    public static ListedRow ToListed(Item item)
    {
        var key = item.GetValueOrDefault(RowKey)?.S ?? throw Wrong("an item without rowKey", RowKey);
        return new ListedRow(key, Encoding.UTF8.GetBytes(item.GetValueOrDefault(Document)?.S ?? throw Wrong(key, Document)));
    }

    /// <summary>DynamoDB refuses a whole item for an index key that it does not take; such a row is not listed there, as one that lacks the field.</summary>
    private static bool IsPossible(RowIndexEntry entry) =>
        Fits(entry.Key, LongestIndexKey) && (entry.SortsNumber ? DynamoDbNumber.Error(entry.Sort) is null : Fits(entry.Sort, LongestIndexSort));

    private static bool Fits(string text, int longest) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= longest;

    private static List<RowIndexEntry> ToEntries(Item item)
    {
        var entries = new List<RowIndexEntry>();
        foreach (var (attribute, value) in item)
        {
            if (!attribute.StartsWith("i/", StringComparison.Ordinal) || attribute.IndexOf('/', 2) >= 0) continue;
            var index = attribute[2..];
            var sort = item.GetValueOrDefault(IndexSort(index));
            if (value.S is { } key && (sort?.S ?? sort?.N) is { } text) entries.Add(new RowIndexEntry(index, key, text, sort!.N is not null));
        }

        entries.Sort(static (one, other) => string.CompareOrdinal(one.Index, other.Index));
        return entries;
    }

    private static long ToNumber(Item item, string key, string attribute) =>
        long.TryParse(item.GetValueOrDefault(attribute)?.N, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(key, attribute);

    private static InvalidRequestException Wrong(string key, string attribute) => new($"{key}: attribute '{attribute}' is not what a read model writes there.");
}
