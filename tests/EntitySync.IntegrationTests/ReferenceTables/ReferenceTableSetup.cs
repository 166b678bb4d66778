using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReferenceTables;
using EntitySync.Functions;
using EntitySync.Testing;

namespace EntitySync.IntegrationTests.ReferenceTables;

/// <summary>A new reference table <c>delivery-classes</c> with a stream, and everything that works on it, as the functions wire it.</summary>
internal sealed class ReferenceTableSetup : IDisposable
{
    private static readonly JsonSerializerOptions DeepJson = new() { MaxDepth = 128 };

    private readonly Uri _endpoint;
    private string _streamArn = "";

    private ReferenceTableSetup(LocalPartsFixture parts)
    {
        _endpoint = parts.DynamoDbEndpoint;
        Settings = new EntitySyncSettings { DynamoDbEndpoint = parts.DynamoDbEndpoint.ToString(), ReferenceTablePrefix = LocalPartsFixture.Unique("it") + "-" };
        Client = DynamoDbClients.Create(Settings);
        Store = new DynamoDbReferenceRowStore(Client, Settings);
        Rows = new ReferenceRows(Store, TimeProvider.System, Random.Shared.NextDouble);
        Reader = new DynamoDbRelatedRowReader(Client, new ReferenceTableCatalog(new EntityCatalog([SampleDefinitions.Item()])), Settings, TimeProvider.System);
    }

    public static ReferenceTable Table { get; } = new("delivery-classes", "name");

    public EntitySyncSettings Settings { get; }

    public IAmazonDynamoDB Client { get; }

    public DynamoDbReferenceRowStore Store { get; }

    public ReferenceRows Rows { get; }

    public DynamoDbRelatedRowReader Reader { get; }

    public string PhysicalTable => Settings.ReferenceTablePrefix + Table.Name;

    public static async Task<ReferenceTableSetup> CreateAsync(LocalPartsFixture parts)
    {
        var setup = new ReferenceTableSetup(parts);
        var created = await setup.Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = setup.PhysicalTable,
            BillingMode = "PAY_PER_REQUEST",
            AttributeDefinitions = [new AttributeDefinition(Table.KeyField, "S")],
            KeySchema = [new KeySchemaElement(Table.KeyField, "HASH")],
            StreamSpecification = new StreamSpecification { StreamEnabled = true, StreamViewType = "NEW_AND_OLD_IMAGES" },
        });
        setup._streamArn = created.TableDescription.LatestStreamArn;
        return setup;
    }

    public Task<RowWrite> PutAsync(string key, string json, RowCondition? condition = null) =>
        Rows.PutAsync(Table, key, System.Text.Encoding.UTF8.GetBytes(json), condition ?? RowCondition.None, CancellationToken.None);

    public Task PutByHandAsync(Dictionary<string, AttributeValue> item) => Client.PutItemAsync(PhysicalTable, item);

    /// <summary>All that happened to the table, as the event that Lambda would make of it.</summary>
    public async Task<DynamoDBEvent> ReadStreamAsync()
    {
        using var http = new HttpClient();
        var stream = await CallAsync(http, "DescribeStream", new JsonObject { ["StreamArn"] = _streamArn });
        var shard = (string)stream["StreamDescription"]!["Shards"]!.AsArray().ShouldHaveSingleItem()!["ShardId"]!;
        var iterator = await CallAsync(http, "GetShardIterator", new JsonObject { ["StreamArn"] = _streamArn, ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" });
        var answer = await CallAsync(http, "GetRecords", new JsonObject { ["ShardIterator"] = (string)iterator["ShardIterator"]! });
        foreach (var record in answer["Records"]!.AsArray())
        {
            record!["eventSourceARN"] = _streamArn;
            record["dynamodb"]!.AsObject().Remove("ApproximateCreationDateTime");
        }

        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(answer, DeepJson));
        return new DeepJsonSerializer().Deserialize<DynamoDBEvent>(json);
    }

    public void Dispose() => Client.Dispose();

    private async Task<JsonNode> CallAsync(HttpClient http, string operation, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", "DynamoDBStreams_20120810." + operation);
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=local/20200101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 128 })!;
    }
}
