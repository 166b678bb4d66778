using System.Globalization;
using System.Runtime.InteropServices;
using Amazon.DynamoDBv2.Model;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Makes attribute values of the product's own tables.</summary>
internal static class AttributeValues
{
    private static readonly long LastWholeSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public static AttributeValue Text(string text) => new() { S = text };

    public static AttributeValue Number(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    public static AttributeValue Flag(bool flag) => new() { BOOL = flag };

    public static AttributeValue Bytes(ReadOnlyMemory<byte> bytes) => new()
    {
        B = MemoryMarshal.TryGetArray(bytes, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false, publiclyVisible: true) : new MemoryStream(bytes.ToArray()),
    };

    /// <summary>When an item may go, in the whole seconds that TTL counts; never before the moment.</summary>
    public static DateTimeOffset Expiry(DateTimeOffset moment)
    {
        var seconds = moment.ToUnixTimeSeconds();
        return DateTimeOffset.FromUnixTimeSeconds(moment.UtcTicks % TimeSpan.TicksPerSecond == 0 || seconds == LastWholeSecond ? seconds : seconds + 1);
    }
}
