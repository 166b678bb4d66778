using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Core;
using Amazon.Lambda.DynamoDBEvents;
using Amazon.Lambda.KafkaEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;

namespace EntitySync.Tests.Offline;

/// <summary>The JSON behaviour of the Lambda packages that our handlers rely on; holds for the stand-ins and for the real packages.</summary>
public sealed class LambdaSerializerTests
{
    private static readonly ILambdaSerializer[] Serializers = [new DefaultLambdaJsonSerializer(), new SourceGeneratorLambdaJsonSerializer<EventJson>()];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void KafkaEvent_KeepsTheKeyAsBase64AndDecodesTheValue(int serializer)
    {
        var read = Read<KafkaEvent>(serializer, """
            {"eventSource":"aws:kafka","eventSourceArn":"arn","bootstrapServers":"b:1","records":{"items-0":[
              {"topic":"items","partition":0,"offset":15,"timestamp":1767225600123,"timestampType":"CREATE_TIME","key":"czE=","value":"e30=","headers":[{"h":[104,-61,-87]}]},
              {"topic":"items","partition":0,"offset":16,"timestamp":1767225600124,"timestampType":"CREATE_TIME","key":"czI=","value":null,"headers":[]},
              {"topic":"items","partition":0,"offset":17,"timestamp":1767225600125,"timestampType":"CREATE_TIME","headers":[]}]}}
            """);

        (read.EventSource, read.EventSourceArn, read.BootstrapServers).ShouldBe(("aws:kafka", "arn", "b:1"));
        var records = read.Records.ShouldHaveSingleItem().Value;
        records.Select(record => (record.Topic, record.Partition, record.Offset, record.Timestamp, record.TimestampType)).ShouldBe(
            [("items", 0, 15L, 1767225600123L, "CREATE_TIME"), ("items", 0, 16L, 1767225600124L, "CREATE_TIME"), ("items", 0, 17L, 1767225600125L, "CREATE_TIME")]);
        records.Select(record => record.Key).ShouldBe(["czE=", "czI=", null]);
        records.Select(record => record.Value is null ? null : Encoding.UTF8.GetString(record.Value.ToArray())).ShouldBe(["{}", null, null]);
        records[0].Headers.ShouldHaveSingleItem().ShouldHaveSingleItem().Value.ShouldBe([(sbyte)104, (sbyte)-61, (sbyte)-87]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void DynamoDBEvent_ReadsEveryAttributeType(int serializer)
    {
        var read = Read<DynamoDBEvent>(serializer, """
            {"Records":[{"eventID":"e1","eventName":"MODIFY","eventSource":"aws:dynamodb","eventVersion":"1.1","awsRegion":"eu-central-1","eventSourceARN":"arn",
              "userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
              "dynamodb":{"ApproximateCreationDateTime":1767225600,"SequenceNumber":"111","SizeBytes":59,"StreamViewType":"NEW_AND_OLD_IMAGES","Keys":{"name":{"S":"A"}},
                "NewImage":{"s":{"S":"é"},"n":{"N":"1.50"},"b":{"B":"AQI="},"t":{"BOOL":true},"z":{"NULL":true},"l":{"L":[{"N":"1"},{"S":"x"}]},"m":{"M":{"k":{"N":"2"}}},
                            "ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AQ=="]}}}}]}
            """);

        var record = read.Records.ShouldHaveSingleItem();
        (record.EventID, record.EventName, record.EventSource, record.EventVersion, record.AwsRegion, record.EventSourceArn)
            .ShouldBe(("e1", "MODIFY", "aws:dynamodb", "1.1", "eu-central-1", "arn"));
        (record.UserIdentity.Type, record.UserIdentity.PrincipalId).ShouldBe(("Service", "dynamodb.amazonaws.com"));
        record.Dynamodb.ApproximateCreationDateTime.ShouldBe(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (record.Dynamodb.SequenceNumber, record.Dynamodb.SizeBytes, record.Dynamodb.StreamViewType).ShouldBe(("111", 59L, "NEW_AND_OLD_IMAGES"));
        record.Dynamodb.OldImage.ShouldBeNull();
        record.Dynamodb.Keys["name"].S.ShouldBe("A");
        JsonSerializer.Deserialize<JsonElement>(record.Dynamodb.NewImage.ToJson()).GetRawText().ShouldBe(
            """{"s":"\u00E9","n":1.50,"b":"AQI=","t":true,"z":null,"l":[1,"x"],"m":{"k":2},"ss":["a","b"],"ns":[1,2],"bs":["AQ=="]}""");
        record.Dynamodb.NewImage["n"].BOOL.ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Responses_UseTheNamesTheServicesExpect(int serializer)
    {
        var failures = new StreamsEventResponse { BatchItemFailures = [new StreamsEventResponse.BatchItemFailure { ItemIdentifier = "111" }] };
        var response = new APIGatewayHttpApiV2ProxyResponse { StatusCode = 200, Body = "<é>" };
        response.SetHeaderValues("etag", "\"1\"", append: false);
        response.SetHeaderValues("vary", ["a", "b"], append: false);
        response.SetHeaderValues("vary", "c", append: true);

        Write(serializer, failures).ShouldBe("""{"batchItemFailures":[{"itemIdentifier":"111"}]}""");
        Write(serializer, response).ShouldBe("""{"statusCode":200,"headers":{"etag":"\"1\"","vary":"a,b,c"},"body":"<é>","isBase64Encoded":false}""");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void HttpRequest_IsReadWhateverTheCasing(int serializer)
    {
        var read = Read<APIGatewayHttpApiV2ProxyRequest>(serializer, """
            {"version":"2.0","routeKey":"PUT /t/{key}","rawPath":"/t/A","headers":{"if-match":"3"},"pathParameters":{"key":"A"},"body":"e30=","isBase64Encoded":true,
             "requestContext":{"requestId":"r","timeEpoch":1767225600000,"http":{"method":"PUT","path":"/t/A","sourceIp":"::1"}}}
            """);

        (read.Version, read.RouteKey, read.RawPath, read.Body, read.IsBase64Encoded).ShouldBe(("2.0", "PUT /t/{key}", "/t/A", "e30=", true));
        (read.Headers["if-match"], read.PathParameters["key"], read.QueryStringParameters).ShouldBe(("3", "A", null));
        (read.RequestContext.RequestId, read.RequestContext.TimeEpoch, read.RequestContext.Http.Method).ShouldBe(("r", 1767225600000L, "PUT"));
    }

    [Fact]
    public void OwnTypes_KeepTheirCasingAndLeaveNullsOut()
    {
        Write(0, new Sample("x", null, [1, 255])).ShouldBe("""{"Name":"x","Bytes":[1,255]}""");
        Read<Sample>(0, """{"name":"x","BYTES":"Af8="}""").Bytes.ShouldBe([1, 255]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void NotJson_IsOneKindOfError(int serializer) =>
        Should.Throw<JsonSerializerException>(() => Read<KafkaEvent>(serializer, "{")).Message.ShouldContain("Amazon.Lambda.KafkaEvents.KafkaEvent");

    [Fact]
    public void UnknownType_IsRefusedByTheGeneratedSerializer() =>
        Should.Throw<JsonSerializerException>(() => Write(1, new Sample("x", null, []))).Message.ShouldContain("No JsonTypeInfo registered");

    [Fact]
    public void TestLogger_KeepsLevelsAndArguments()
    {
        var logger = new TestLambdaLogger();

        ((ILambdaLogger)logger).LogWarning("stale {Key}", "A");
        ((ILambdaLogger)logger).LogError(new InvalidOperationException("gone"), "failed");

        logger.Buffer.ToString().ShouldSatisfyAllConditions(
            text => text.ShouldContain("Warning"), text => text.ShouldContain("A"), text => text.ShouldContain("Error"), text => text.ShouldContain("gone"));
    }

    private static T Read<T>(int serializer, string json) => Serializers[serializer].Deserialize<T>(new MemoryStream(Encoding.UTF8.GetBytes(json)));

    private static string Write<T>(int serializer, T value)
    {
        using var stream = new MemoryStream();
        Serializers[serializer].Serialize(value, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public sealed record Sample(string Name, string? Nothing, byte[] Bytes);
}

[JsonSerializable(typeof(KafkaEvent))]
[JsonSerializable(typeof(DynamoDBEvent))]
[JsonSerializable(typeof(StreamsEventResponse))]
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyRequest))]
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyResponse))]
internal sealed partial class EventJson : JsonSerializerContext;
