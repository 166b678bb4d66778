using System.Text;
using Amazon.DynamoDBv2.Model;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Size of an item as DynamoDB counts it (names and values in UTF-8, three bytes a container, one more an element; numbers about a byte per two digits).</summary>
public static class ItemSize
{
    /// <summary>400 KB: DynamoDB's bound of an item.</summary>
    public const int Maximum = 400 * 1024;

    public static long Of(IReadOnlyDictionary<string, AttributeValue> item) => item.Sum(attribute => Encoding.UTF8.GetByteCount(attribute.Key) + Of(attribute.Value));

    private static long Of(AttributeValue value)
    {
        if (value.S is not null) return Encoding.UTF8.GetByteCount(value.S);
        if (value.N is not null) return (value.N.Length + 1) / 2 + 1;
        if (value.M is not null) return 3 + value.M.Count + Of(value.M);
        if (value.L is not null) return 3 + value.L.Count + value.L.Sum(Of);
        return 1;
    }
}
