using System.Globalization;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// A row as an item: the key field is the partition key, every other field an attribute of its own, so that a person can edit a row in the console;
/// <c>_version</c> is a number.
/// </summary>
public static class ReferenceItems
{
    // Versions travel through JSON; beyond this JavaScript and its like lose digits.
    private const long LargestVersion = (1L << 53) - 1;

    /// <exception cref="AttributeJsonException">The row cannot be expressed in JSON.</exception>
    public static RelatedRow ToRow(string table, string key, IReadOnlyDictionary<string, AttributeValue> item) => new(table, key, VersionOf(item), AttributeJson.ToJson(item));

    /// <returns>0 when the row has no version, or one that is not a whole number from 0 to 2^53-1.</returns>
    public static long VersionOf(IReadOnlyDictionary<string, AttributeValue> item) =>
        item.TryGetValue(RelatedRow.VersionAttribute, out var value)
        && long.TryParse(value.N ?? value.S, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && version <= LargestVersion ? version : 0;

    /// <summary>Type letter and text of the version attribute, so that a condition can name exactly what is there, also text typed by hand.</summary>
    internal static RowMark MarkOf(string table, string key, IReadOnlyDictionary<string, AttributeValue> item)
    {
        if (!item.TryGetValue(RelatedRow.VersionAttribute, out var value)) return new RowMark(0, null);
        if (value.N is not null) return new RowMark(VersionOf(item), "N" + value.N);
        if (value.S is not null) return new RowMark(VersionOf(item), "S" + value.S);
        throw new InvalidRequestException($"Row '{key}' of '{table}' has a {RelatedRow.VersionAttribute} that is neither a number nor text; remove that attribute from the row.");
    }

    internal static AttributeValue RawOf(string raw) => raw[0] == 'N' ? new AttributeValue { N = raw[1..] } : new AttributeValue { S = raw[1..] };
}
