using Amazon.Lambda.DynamoDBEvents;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;
using SdkValue = Amazon.DynamoDBv2.Model.AttributeValue;

namespace EntitySync.Functions;

/// <summary>Turns images of a stream event into the SDK's attribute values, so that one code reads rows whichever way they come.</summary>
public static class StreamImages
{
    public static Item ToItem(Dictionary<string, DynamoDBEvent.AttributeValue> image) => image.ToDictionary(entry => entry.Key, entry => ToSdk(entry.Value), StringComparer.Ordinal);

    private static SdkValue ToSdk(DynamoDBEvent.AttributeValue value) => new()
    {
        S = value.S,
        N = value.N,
        BOOL = value.BOOL,
        NULL = value.NULL,
        M = value.M is null ? null : ToItem(value.M),
        L = value.L?.ConvertAll(ToSdk),
        SS = value.SS,
        NS = value.NS,
        B = value.B,
        BS = value.BS,
    };
}
