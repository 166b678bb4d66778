using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;

namespace EntitySync.IntegrationTests.ReadModels;

[Trait("Category", "Integration")]
public sealed class DynamoDbReadModelTablesTests(LocalPartsFixture parts) : IDisposable
{
    private static readonly ReadModelIndex ByStatus = new("byStatus", "status", null, false);
    private static readonly ReadModelIndex ByTotal = new("byTotal", "customer", "total", true);

    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();
    private readonly ReadModelVersionId _version = new(LocalPartsFixture.Unique("orders"), 3);

    private static CancellationToken None => CancellationToken.None;

    private DynamoDbReadModelTables Tables => new(_client, "prod-read-model-");

    private string Name => $"prod-read-model-{_version.ReadModel}-v3";

    [Fact]
    public async Task Table_HasItsIndexesAndForgetsByTime()
    {
        await EnsureAsync();
        var table = (await _client.DescribeTableAsync(Name)).Table;
        table.KeySchema.Select(key => $"{key.AttributeName} {key.KeyType}").ShouldBe(["rowKey HASH"]);
        table.AttributeDefinitions.Select(attribute => $"{attribute.AttributeName} {attribute.AttributeType}").Order(StringComparer.Ordinal)
            .ShouldBe(["i/byStatus S", "i/byStatus/sort S", "i/byTotal S", "i/byTotal/sort N", "rowKey S"]);
        table.GlobalSecondaryIndexes.OrderBy(index => index.IndexName).Select(index => $"{index.IndexName} {string.Join(", ", index.KeySchema.Select(key => key.AttributeName))} {index.Projection.ProjectionType} {string.Join(", ", index.Projection.NonKeyAttributes.Order())}")
            .ShouldBe(["byStatus i/byStatus, i/byStatus/sort INCLUDE document, revision", "byTotal i/byTotal, i/byTotal/sort INCLUDE document, revision"]);
        table.BillingModeSummary.BillingMode.ShouldBe(BillingMode.PAY_PER_REQUEST);
        var time = (await _client.DescribeTimeToLiveAsync(Name)).TimeToLiveDescription;
        (time.AttributeName, time.TimeToLiveStatus).ShouldBe(("expiresAt", TimeToLiveStatus.ENABLED));
    }

    [Fact]
    public async Task SameCallAgain_ChangesNothing_AndManyAtOnceMakeOneTable()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EnsureAsync()));
        await _client.PutItemAsync(Name, new() { ["rowKey"] = new("a") });
        await EnsureAsync();
        (await _client.ScanAsync(new ScanRequest(Name))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task TableWithOtherIndexes_IsSomebodyElses()
    {
        await EnsureAsync();
        (await Should.ThrowAsync<InvalidRequestException>(() => Tables.EnsureAsync(_version, [ByStatus], None))).Message
            .ShouldBe($"Table '{Name}' is there already, with other indexes (byStatus, byTotal) than {_version} declares (byStatus): somebody else made it. Remove it, then start again.");
    }

    [Fact]
    public async Task Removed_ItIsGone_AndRemovedAgainToo()
    {
        await EnsureAsync();
        await Tables.DeleteAsync(_version, None);
        await Tables.DeleteAsync(_version, None);
        await Should.ThrowAsync<ResourceNotFoundException>(() => _client.DescribeTableAsync(Name));
    }

    [Fact]
    public async Task WithoutIndexes_TheTableHasNone()
    {
        (await Tables.EnsureAsync(_version, [], None)).ShouldBeTrue();
        ((await _client.DescribeTableAsync(Name)).Table.GlobalSecondaryIndexes ?? []).ShouldBeEmpty();
    }

    public void Dispose() => _client.Dispose();

    private async Task EnsureAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await Tables.EnsureAsync(_version, [ByStatus, ByTotal], deadline.Token)) await Task.Delay(50, deadline.Token);
    }
}
