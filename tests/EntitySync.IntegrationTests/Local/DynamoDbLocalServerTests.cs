using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class DynamoDbLocalServerTests(LocalPartsFixture parts)
{
    [Fact]
    public async Task Writes_ComeBackFromTheTableAndInOrderFromItsStream()
    {
        using var client = parts.CreateDynamoDbClient();
        var table = LocalPartsFixture.Unique("classes");
        var created = await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            BillingMode = "PAY_PER_REQUEST",
            AttributeDefinitions = [new AttributeDefinition("name", "S")],
            KeySchema = [new KeySchemaElement("name", "HASH")],
            StreamSpecification = new StreamSpecification { StreamEnabled = true, StreamViewType = "NEW_AND_OLD_IMAGES" },
        });
        await client.PutItemAsync(table, Row("express", "1"));
        await client.PutItemAsync(table, Row("express", "2"));
        await client.DeleteItemAsync(table, new Dictionary<string, AttributeValue> { ["name"] = new("express") });
        await client.PutItemAsync(table, Row("standard", "5"));

        (await client.GetItemAsync(table, new Dictionary<string, AttributeValue> { ["name"] = new("standard") })).Item["minimumTime"].N.ShouldBe("5");
        var records = await ReadStreamAsync(created.TableDescription.LatestStreamArn);
        records.Select(Describe).ShouldBe(["INSERT - 1", "MODIFY 1 2", "REMOVE 2 -", "INSERT - 5"]);
    }

    private static Dictionary<string, AttributeValue> Row(string name, string time) => new() { ["name"] = new(name), ["minimumTime"] = new() { N = time } };

    private static string Describe(JsonNode? record)
    {
        var change = record!["dynamodb"]!;
        return $"{record["eventName"]} {Time(change["OldImage"])} {Time(change["NewImage"])}";

        static string Time(JsonNode? image) => (string?)image?["minimumTime"]?["N"] ?? "-";
    }

    private async Task<List<JsonNode?>> ReadStreamAsync(string streamArn)
    {
        using var http = new HttpClient();
        var stream = await CallAsync(http, "DescribeStream", new JsonObject { ["StreamArn"] = streamArn });
        var shard = (string)stream["StreamDescription"]!["Shards"]!.AsArray().ShouldHaveSingleItem()!["ShardId"]!;
        var iterator = await CallAsync(http, "GetShardIterator", new JsonObject { ["StreamArn"] = streamArn, ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" });
        var answer = await CallAsync(http, "GetRecords", new JsonObject { ["ShardIterator"] = (string)iterator["ShardIterator"]! });
        return [.. answer["Records"]!.AsArray()];
    }

    private async Task<JsonNode> CallAsync(HttpClient http, string operation, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, parts.DynamoDbEndpoint) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString())) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", "DynamoDBStreams_20120810." + operation);
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }
}
