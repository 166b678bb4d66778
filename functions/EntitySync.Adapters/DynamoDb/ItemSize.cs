using System.Text;
using Amazon.DynamoDBv2.Model;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Size of an item as DynamoDB counts it (names and values in UTF-8, three bytes a container, one more an element; numbers about a byte per two digits).</summary>
public static class ItemSize
{
    /// <summary>400 KB: DynamoDB's bound of an item.</summary>
    public const int Maximum = 400 * 1024;

    public static long Of(IReadOnlyDictionary<string, AttributeValue> item) => item.Sum(attribute => Of(attribute.Key, attribute.Value));

    /// <summary>Size of one attribute with its name.</summary>
    public static long Of(string name, AttributeValue value) => Encoding.UTF8.GetByteCount(name) + Of(value);

    private static long Of(AttributeValue value)
    {
        if (value.S is not null) return Encoding.UTF8.GetByteCount(value.S);
        if (value.N is not null) return (value.N.Length + 1) / 2 + 1;
        if (value.B is not null) return value.B.Length;
        if (value.M is not null) return 3 + value.M.Count + Of(value.M);
        if (value.L is not null) return 3 + value.L.Count + value.L.Sum(Of);
        return 1;
    }
}
