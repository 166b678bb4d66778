using System.Collections.Immutable;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;

namespace EntitySync.IntegrationTests.Replay;

[Trait("Category", "Integration")]
public sealed class DynamoDbIdSourceTests(LocalPartsFixture parts) : IAsyncLifetime
{
    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();
    private readonly string _prefix = LocalPartsFixture.Unique("t") + "-";

    private DynamoDbIdSource Source => new(_client, _prefix, TimeProvider.System);

    private static DynamoDbIdSourceDefinition Definition => new(
        "items", "sku", ImmutableSortedDictionary<string, DynamoDbIndexDefinition>.Empty.Add("deliveryClass", new("by-class", "class")));

    public async ValueTask InitializeAsync()
    {
        await _client.CreateTableAsync(new CreateTableRequest
        {
            TableName = _prefix + "items",
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new("sku", ScalarAttributeType.S), new("class", ScalarAttributeType.S)],
            KeySchema = [new("sku", KeyType.HASH)],
            GlobalSecondaryIndexes =
            [
                new() { IndexName = "by-class", KeySchema = [new("class", KeyType.HASH), new("sku", KeyType.RANGE)], Projection = new() { ProjectionType = ProjectionType.ALL } },
            ],
        });
        for (var from = 0; from < 50; from += 25)
        {
            var writes = Enumerable.Range(from, 25).Select(number => new WriteRequest(new PutRequest(Item(number)))).ToList();
            await _client.BatchWriteItemAsync(new BatchWriteItemRequest(new Dictionary<string, List<WriteRequest>> { [_prefix + "items"] = writes }));
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 7)]
    [InlineData(4, 3)]
    public async Task Scan_GivesEachIdOnceOverAllSegments(int segments, int pageSize)
    {
        var ids = new List<string>();
        for (var segment = 0; segment < segments; segment++) ids.AddRange(await ReadAllAsync(new IdQuery(Definition, [], null, segment, segments), pageSize));

        ids.Order(StringComparer.Ordinal).ShouldBe(Skus(_ => true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task Index_GivesTheIdsOfEachKey(int pageSize)
    {
        var keys = new RelatedKeys("deliveryClass", ["express, \"ö\"", "nobody's", "slow"]);

        (await ReadAllAsync(new IdQuery(Definition, [], keys), pageSize)).Order(StringComparer.Ordinal).ShouldBe(Skus(number => number % 5 is 0 or 1));
    }

    [Theory]
    [InlineData("online:true", 2)]
    [InlineData("online = true AND size:3", 6)]
    [InlineData("brand:\"a \\\"b\\\" = c\"", 10)]
    public async Task Filter_Applies(string filter, int every)
    {
        var ids = await ReadAllAsync(new IdQuery(Definition, [filter]), 5);

        ids.Order(StringComparer.Ordinal).ShouldBe(Skus(number => every switch { 2 => number % 2 == 0, 6 => number % 2 == 0 && number % 7 == 3, _ => number % 10 == 0 }));
    }

    [Fact]
    public async Task FilterAndWhere_BothApply_OnAnIndexToo()
    {
        var ids = await ReadAllAsync(new IdQuery(Definition, ["online:true", "size:0"], new RelatedKeys("deliveryClass", ["slow"])), 5);

        ids.Order(StringComparer.Ordinal).ShouldBe(Skus(number => number % 2 == 0 && number % 7 == 0 && number % 5 == 1));
    }

    [Theory]
    [InlineData("online")]
    [InlineData("online:true OR size:3")]
    [InlineData("online:true)")]
    [InlineData("size > 3")]
    [InlineData("")]
    [InlineData("brand:\"open")]
    public async Task BadFilter_IsInvalid(string filter) =>
        (await Should.ThrowAsync<InvalidRequestException>(() => ReadAllAsync(new IdQuery(Definition, [filter]), 5))).Message.ShouldContain("attribute:value");

    [Fact]
    public async Task UnknownTableIndexOrCursor_IsInvalid()
    {
        await Should.ThrowAsync<InvalidRequestException>(() => ReadAllAsync(new IdQuery(Definition with { Table = "none" }, []), 5));
        var wrongIndex = Definition with { Indexes = Definition.Indexes.SetItem("deliveryClass", new("no-index", "class")) };
        await Should.ThrowAsync<InvalidRequestException>(() => ReadAllAsync(new IdQuery(wrongIndex, [], new RelatedKeys("deliveryClass", ["slow"])), 5));
        await Should.ThrowAsync<InvalidRequestException>(() => Source.ReadPageAsync(new IdQuery(Definition, []), "AoE=", 5, CancellationToken.None));
    }

    private static Dictionary<string, AttributeValue> Item(int number) => new()
    {
        ["sku"] = new($"sku-{number:D4}"),
        ["online"] = new() { BOOL = number % 2 == 0 },
        ["size"] = new() { N = $"{number % 7}" },
        ["brand"] = new(number % 10 == 0 ? "a \"b\" = c" : "plain"),
        ["class"] = new(number % 5 == 0 ? "express, \"ö\"" : number % 5 == 1 ? "slow" : "standard"),
    };

    private static IEnumerable<string> Skus(Func<int, bool> fits) => Enumerable.Range(0, 50).Where(fits).Select(number => $"sku-{number:D4}");

    private async Task<List<string>> ReadAllAsync(IdQuery query, int pageSize)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Source.ReadPageAsync(query, cursor, pageSize, CancellationToken.None);
            page.Ids.Count.ShouldBeLessThanOrEqualTo(pageSize);
            ids.AddRange(page.Ids);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return ids;
    }
}
