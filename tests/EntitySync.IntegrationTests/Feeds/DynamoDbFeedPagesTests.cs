using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.Feeds;
using EntitySync.Tests.Feeds;

namespace EntitySync.IntegrationTests.Feeds;

[Trait("Category", "Integration")]
public sealed class DynamoDbFeedPagesTests(LocalPartsFixture parts) : FeedPagesContract, IDisposable
{
    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task ItemThatIsNoRun_IsNamed()
    {
        var table = await FeedTables.CreateAsync(_client);
        await _client.PutItemAsync(table, new Dictionary<string, AttributeValue> { ["feed"] = new() { S = "shop" }, ["first"] = new() { N = "1" }, ["parts"] = new() { S = "[[0]]" } });
        (await Should.ThrowAsync<InvalidRequestException>(() => new DynamoDbFeedPages(_client, table).LastAsync("shop", CancellationToken.None))).Message.ShouldContain($"Table '{table}' has an item of feed 'shop'");
    }

    [Fact]
    public Task MissingTable_IsNamed() =>
        Should.ThrowAsync<InvalidRequestException>(() => new DynamoDbFeedPages(_client, "no-such-table").LastAsync("shop", CancellationToken.None));

    protected override async Task<IFeedPages> PagesAsync() => new DynamoDbFeedPages(_client, await FeedTables.CreateAsync(_client));
}
