using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Functions;

namespace EntitySync.Tests.Functions;

/// <summary>Events of a reference table's stream as Lambda sends them, read by the serializer that the stream functions run with.</summary>
internal static class StreamEvents
{
    public const string Arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/prod-delivery-classes/stream/2026-01-01T00:00:00.000";

    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 128 };

    private static readonly DeepJsonSerializer Serializer = new();

    public static JsonObject Insert(int sequence, string key, string newImage) => Record("INSERT", sequence, key, null, newImage);

    public static JsonObject Modify(int sequence, string key, string oldImage, string newImage) => Record("MODIFY", sequence, key, oldImage, newImage);

    public static JsonObject Remove(int sequence, string key, string oldImage) => Record("REMOVE", sequence, key, oldImage, null);

    public static DynamoDBEvent Event(params JsonNode[] records) => Parse(new JsonObject { ["Records"] = new JsonArray(records) }.ToJsonString(Deep));

    public static DynamoDBEvent Parse(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return Serializer.Deserialize<DynamoDBEvent>(stream);
    }

    public static string Text(StreamsEventResponse response)
    {
        using var stream = new MemoryStream();
        Serializer.Serialize(response, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonObject Record(string name, int sequence, string key, string? oldImage, string? newImage)
    {
        var change = new JsonObject
        {
            ["ApproximateCreationDateTime"] = 1773342238,
            ["Keys"] = new JsonObject { ["name"] = new JsonObject { ["S"] = key } },
            ["SequenceNumber"] = $"{sequence}",
            ["SizeBytes"] = 59,
            ["StreamViewType"] = "NEW_AND_OLD_IMAGES",
        };
        if (newImage is not null) change["NewImage"] = Image(key, newImage);
        if (oldImage is not null) change["OldImage"] = Image(key, oldImage);
        return new JsonObject
        {
            ["eventID"] = $"id-{sequence}",
            ["eventName"] = name,
            ["eventVersion"] = "1.1",
            ["eventSource"] = "aws:dynamodb",
            ["awsRegion"] = "eu-west-1",
            ["dynamodb"] = change,
            ["eventSourceARN"] = Arn,
        };
    }

    private static JsonObject Image(string key, string json)
    {
        var image = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 128 })!.AsObject();
        image["name"] = new JsonObject { ["S"] = key };
        return image;
    }
}
