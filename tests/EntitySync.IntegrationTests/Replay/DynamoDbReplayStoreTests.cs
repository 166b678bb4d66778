using Amazon.DynamoDBv2;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Testing;
using EntitySync.Tests.Replay;

namespace EntitySync.IntegrationTests.Replay;

[Trait("Category", "Integration")]
public sealed class DynamoDbReplayStoreTests(LocalPartsFixture parts) : ReplayStoreContract, IDisposable
{
    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();
    private string _table = "";

    [Fact]
    public async Task ReplayItem_ShowsProgressToAnyReader()
    {
        var store = await StoreAsync();
        await store.TryCreateAsync(ReplayStoreSamples.Replay("nightly", 1, Clock.GetUtcNow()), CancellationToken.None);
        Clock.Advance(TimeSpan.FromSeconds(2.5));
        var claim = (await store.ClaimAsync("nightly", "slice#0000", "a", TimeSpan.FromSeconds(30), CancellationToken.None)).Claim!;
        await store.TryCheckpointAsync(claim, new PageCheckpoint("AoE/next", 1000, 4000, 400, 8), TimeSpan.FromSeconds(30), CancellationToken.None);

        var item = (await _client.GetItemAsync(_table, new() { ["replayId"] = new("nightly"), ["part"] = new("replay") })).Item;
        var slice = (await _client.GetItemAsync(_table, new() { ["replayId"] = new("nightly"), ["part"] = new("slice#0000") })).Item;

        item.ToDictionary(pair => pair.Key, pair => pair.Value.S ?? pair.Value.N).ShouldBe(
            new Dictionary<string, string>
            {
                ["replayId"] = "nightly", ["part"] = "replay", ["entity"] = "item", ["status"] = "RUNNING", ["execution"] = "first",
                ["request"] = "entity: item, where: 'brand:x'", ["slices"] = "1", ["slicesDone"] = "0", ["slicesCounted"] = "1", ["idsPublished"] = "1000",
                ["pages"] = "1", ["total"] = "4000", ["ratePerSecond"] = "400", ["estimatedSecondsLeft"] = "8",
                ["startedAt"] = "2026-01-01T00:00:00.000Z", ["updatedAt"] = "2026-01-01T00:00:02.500Z", ["lastMovedAt"] = "2026-01-01T00:00:02.500Z", ["expiresAt"] = "1775001600",
            },
            ignoreOrder: true);
        (slice["cursor"].S, slice["idsPublished"].N, slice["done"].BOOL, slice["expiresAt"].N).ShouldBe(("AoE/next", "1000", false, "1775001600"));
    }

    [Fact]
    public async Task NoSuchTable_IsInvalid_AndNoServer_IsTransient()
    {
        var noTable = new DynamoDbReplayStore(_client, "no-such-table", new ReplayOptions(), Clock);
        using var nowhere = new AmazonDynamoDBClient(
            new Amazon.Runtime.BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:9", AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
        var noServer = new DynamoDbReplayStore(nowhere, "replays", new ReplayOptions(), Clock);

        (await Should.ThrowAsync<InvalidRequestException>(() => noTable.FindAsync("r", CancellationToken.None))).Message.ShouldContain("no-such-table");
        (await Should.ThrowAsync<TransientException>(() => noServer.FindAsync("r", CancellationToken.None))).Message.ShouldContain("replays");
    }

    public void Dispose() => _client.Dispose();

    protected override async Task<IReplayStore> StoreAsync()
    {
        _table = await ReplayTables.CreateAsync(_client);
        return new DynamoDbReplayStore(_client, _table, new ReplayOptions(), Clock);
    }
}
