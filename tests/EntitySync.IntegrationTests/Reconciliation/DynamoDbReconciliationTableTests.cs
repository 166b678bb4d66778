using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using EntitySync.Tests.Reconciliation;
using static EntitySync.Testing.SampleReconciliationCalls;

namespace EntitySync.IntegrationTests.Reconciliation;

[Trait("Category", "Integration")]
public sealed class DynamoDbReconciliationTableTests(LocalPartsFixture parts) : ReconciliationTableConditions, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();
    private string _table = "";

    [Fact]
    public async Task Item_ShowsItsStateToAnyReader()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", Open(3, """{"orderId":"o-1"}""", due: Start.AddDays(2)), Start, Piece("p-1", 7, """{"productId":"p-1"}""", new(12.50m, "EUR"))), None);

        var item = (await _client.GetItemAsync(_table, new() { ["entityId"] = new("order-shipping/o-1") })).Item;

        item.ToDictionary(pair => pair.Key, pair => Text(pair.Value)).ShouldBe(
            new Dictionary<string, string>
            {
                ["entityId"] = "order-shipping/o-1", ["status"] = "open", ["version"] = "1", ["since"] = "1767225600.1234567", ["document"] = """{"orderId":"o-1"}""",
                ["expectedTopic"] = "orders", ["expectedPartition"] = "0", ["expectedOffset"] = "3", ["expectedTimestamp"] = "1767225600.1234567",
                ["a/p-1"] = """amount=12.50 at=products-manufactured-1@7 currency=EUR fields={"productId":"p-1"} timestamp=1767225600.1304567""",
                ["dueAt"] = "1767398400.1234567", ["nextAt"] = "1767398400.1234567", ["expiresAt"] = "NULL", ["statusPart"] = "order-shipping#open#0",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task WritersAtTheSameTime_LoseNothing_AndOneOfThemMakesTheTransition()
    {
        var table = await TableAsync();
        await table.UpdateAsync(Update("o-1", Open(1, due: Start.AddDays(2)), Start), None);

        var states = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => table.UpdateAsync(Update("o-1", null, Start, Piece($"p-{i % 32}", i)), None))));
        var whole = states.Select(result => result.State!).MaxBy(state => state.Version)!;
        var transitions = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
            table.TransitionAsync(Transition("o-1", ReconciliationStatus.Open, ReconciliationStatus.Complete, whole.Version, Start), None))));

        states.Select(result => result.State!.Version).Order().ShouldBe(Enumerable.Range(2, 64).Select(version => (long)version), "each saw another one's item");
        whole.Arrivals.Count.ShouldBe(32);
        transitions.Count(result => result.IsWritten).ShouldBe(1);
        transitions.ShouldAllBe(result => result.State!.Status == ReconciliationStatus.Complete && result.State.Version == whole.Version + 1);
    }

    [Fact]
    public async Task MorePiecesThanAnExpressionHolds_AreRefusedInWords()
    {
        var table = await TableAsync();
        (await table.UpdateAsync(Update("o-1", Open(1, due: Start), Start, Pieces(100)), None)).IsWritten.ShouldBeTrue("what one write of a batch may add");
        var refused = await Should.ThrowAsync<InvalidRequestException>(() => table.UpdateAsync(Update("o-1", null, Start, Pieces(200)), None));
        refused.Message.ShouldBe("An update of 206 attributes takes an expression of 5858 bytes; DynamoDB takes 4096. Write fewer of them at a time.");

        static Arrival[] Pieces(int count) => [.. Enumerable.Range(0, count).Select(i => Piece($"p-{i}", i))];
    }

    [Fact]
    public async Task LongestIdAndElements_FitInAWriteOfAHundred()
    {
        var table = await TableAsync();
        var id = new string('i', 1024);
        var pieces = Enumerable.Range(0, 100).Select(i => Piece($"{i:D4}{new string('é', 510)}", i)).ToArray();
        var state = (await table.UpdateAsync(Update(id, Open(1, due: Start), Start, pieces), None)).State!;
        state.Arrivals.Select(piece => piece.Element).ShouldBe(pieces.Select(piece => piece.Element));
        state.Id.ShouldBe(id);
        (await ListAsync(table, ReconciliationStatus.Open)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task OrderOfAThousandProducts_TakesLessThanHalfAnItem()
    {
        var table = await TableAsync();
        var document = $$"""{"orderId":"o-1","products":[{{string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"id":"product-{{i:D4}}"}"""))}}]}""";
        await table.UpdateAsync(Update("o-1", Open(1, document, due: Start), Start), None);
        for (var start = 0; start < 1000; start += 100)
            await table.UpdateAsync(Update("o-1", null, Start, [.. Enumerable.Range(start, 100).Select(i => Piece($"product-{i:D4}", i, $$"""{"productId":"product-{{i:D4}}","manufacturedAt":"2026-01-01T00:00:00Z","serialNumber":"{{i:D12}}"}"""))]), None);

        var item = (await _client.GetItemAsync(_table, new() { ["entityId"] = new("order-shipping/o-1") })).Item;
        (ItemSize.Of(item) / 1024).ShouldBe(189, "KB, as DynamoDB counts them; 400 is the limit");
    }

    [Fact]
    public async Task TooLarge_NamesWhatTheWriteBrings()
    {
        var table = await TableAsync();
        var document = $"\"{new string('x', 500_000)}\"";
        (await Should.ThrowAsync<ItemTooLargeException>(() => table.UpdateAsync(Update("o-1", Open(1, document), Start, Piece("p-1")), None))).Message.ShouldMatch(
            "^order-shipping 'o-1' would be larger than the 409600 bytes that an item may have: this write brings a document of 500002 bytes and 1 pieces, 500[0-9]{3} bytes in all$");
        await Should.ThrowAsync<ItemTooLargeException>(() => table.UpdateAsync(Update("o-1", null, Start, [.. Enumerable.Range(0, 5).Select(i => Piece($"p-{i}", i, document))]), None));
        (await table.GetAsync(Entity, "o-1", None)).ShouldBeNull();
    }

    [Fact]
    public async Task PageToken_IsGoodForItsListOnly()
    {
        var table = await TableAsync();
        for (var i = 0; i < 20; i++) await table.UpdateAsync(Update($"o-{i}", Open(i, due: Start), Start), None);
        var token = (await table.ListAsync(new ReconciliationQuery(Entity, ReconciliationStatus.Open, null, 5, null), None)).PageToken.ShouldNotBeNull();

        (await table.ListAsync(new ReconciliationQuery(Entity, ReconciliationStatus.Open, null, 5, token), None)).Items.Count.ShouldBe(5);
        (await Should.ThrowAsync<PageTokenException>(() => table.ListAsync(new ReconciliationQuery(Entity, ReconciliationStatus.Overdue, null, 5, token), None))).Message
            .ShouldBe("The page token belongs to the list of order-shipping that are open; this is the one of order-shipping that are overdue.");
        await Should.ThrowAsync<PageTokenException>(() => table.ListAsync(new ReconciliationQuery("invoice-payment", ReconciliationStatus.Open, null, 5, token), None));
        await Should.ThrowAsync<PageTokenException>(() => table.ListAsync(new ReconciliationQuery(Entity, ReconciliationStatus.Open, null, 5, token[..^3]), None));
    }

    [Fact]
    public async Task IdsSpreadOverAllPartsOfTheIndex()
    {
        var table = await TableAsync();
        for (var i = 0; i < 80; i++) await table.UpdateAsync(Update($"o-{i}", null, Start, Piece("p")), None);
        var parts = (await _client.ScanAsync(new ScanRequest(_table))).Items.Select(item => item["statusPart"].S).Distinct().Order(StringComparer.Ordinal);
        parts.ShouldBe(Enumerable.Range(0, 8).Select(part => $"order-shipping#waiting#{part}"));
    }

    [Fact]
    public async Task NoSuchTable_IsInvalid_AndNoServer_IsTransient()
    {
        var noTable = new DynamoDbReconciliationTable(_client, "no-such-table");
        using var nowhere = new AmazonDynamoDBClient(
            new Amazon.Runtime.BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:9", AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
        var noServer = new DynamoDbReconciliationTable(nowhere, "reconciliations");

        (await Should.ThrowAsync<InvalidRequestException>(() => noTable.UpdateAsync(Update("o-1", null, Start), None))).Message.ShouldContain("no-such-table");
        (await Should.ThrowAsync<TransientException>(() => noServer.UpdateAsync(Update("o-1", null, Start), None))).Message.ShouldContain("reconciliations");
    }

    [Fact]
    public async Task ItemOfSomebodyElse_IsNamed()
    {
        var table = await TableAsync();
        await _client.PutItemAsync(_table, new() { ["entityId"] = new("order-shipping/o-1"), ["status"] = new("done") });
        (await Should.ThrowAsync<InvalidRequestException>(() => table.GetAsync(Entity, "o-1", None))).Message.ShouldBe("order-shipping/o-1: attribute 'status' is not what a reconciliation writes there.");
    }

    public void Dispose() => _client.Dispose();

    protected override async Task<IReconciliationTable> TableAsync()
    {
        _table = await ReconciliationTables.CreateAsync(_client);
        return new DynamoDbReconciliationTable(_client, _table, readsRefused: true);
    }

    private static string Text(AttributeValue value) =>
        value.S ?? value.N ?? (value.NULL == true ? "NULL" : value.B is { } bytes ? Encoding.UTF8.GetString(bytes.ToArray())
            : string.Join(' ', value.M.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Text(pair.Value)}")));
}
