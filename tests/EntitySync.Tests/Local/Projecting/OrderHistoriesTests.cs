using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.ReadModels;
using EntitySync.Local.Demo;
using EntitySync.Local.Projecting;
using EntitySync.Local.Runner;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Local.Projecting;

/// <summary>The demo's data and its own fold of them.</summary>
public sealed class OrderHistoriesTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void SameSeed_GivesTheSameHistories() => OrderHistories.Generate(100, 3, Now).Waves.SelectMany(wave => wave).ShouldBe(OrderHistories.Generate(100, 3, Now).Waves.SelectMany(wave => wave));

    [Fact]
    public void Histories_HaveWhatTheDemoIsAbout()
    {
        var sent = OrderHistories.Generate(400, 1, Now).Waves.SelectMany(wave => wave).ToList();

        sent.GroupBy(message => message.Json).Count(copies => copies.Count() > 1).ShouldBeGreaterThan(100);
        sent.Count(message => message.Json is null).ShouldBeGreaterThan(5);
        var shippedFirst = sent.Where(message => message.Topic == OrderHistories.Events && message.Json is not null).GroupBy(message => message.Key)
            .Count(order => order.First().Json!.Contains("OrderShipped", StringComparison.Ordinal));
        shippedFirst.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task NaiveViews_AreTheRowsOfTheShippedDefinitions(int seed)
    {
        var sent = OrderHistories.Generate(400, seed, Now).Waves.SelectMany(wave => wave).ToList();

        (await RowsAsync("orders-search", sent)).ShouldBe(Texts(NaiveViews.Search(sent, withParcel: false)), ignoreOrder: true);
        (await RowsAsync("orders-reporting", sent)).ShouldBe(Texts(NaiveViews.Reporting(sent)), ignoreOrder: true);
    }

    [Fact]
    public async Task ChangedDefinition_HasTheNewField()
    {
        var definitions = new ChangedDefinitions(Checkout.PathOf("infra", "entities"), _folder.FullName);
        definitions.AddField();
        var sent = OrderHistories.Generate(400, 1, Now).Waves.SelectMany(wave => wave).ToList();

        (await RowsAsync("orders-search", sent, definitions.Folder)).ShouldBe(Texts(NaiveViews.Search(sent, withParcel: true)), ignoreOrder: true);
    }

    // Partitions by the length of the key would put all into one: the number at its end spreads them.
    private static async Task<List<string>> RowsAsync(string readModel, List<SentMessage> sent, string? folder = null)
    {
        DefinitionLoader.LoadReadModels(folder ?? Checkout.PathOf("infra", "entities")).TryGet(readModel, out var definition).ShouldBeTrue();
        var (version, table) = (new ReadModelVersionId(readModel, 1), new InMemoryReadModelTable());
        table.Create(version);
        var writer = new RowWriter(table, TimeProvider.System, NullLogger<RowWriter>.Instance);
        var partitions = sent.GroupBy(message => (message.Topic, Partition: message.Key[^1] % 3))
            .Select(group => new PartitionRecords(group.Key.Topic, group.Key.Partition, [.. group.Select((message, offset) => Record(message, offset))])).ToList();
        (await writer.ApplyAsync(version, new CompiledReadModel(definition!), partitions, EventOrigin.Live, () => true, CancellationToken.None)).Bad.ShouldBeEmpty();
        var page = await table.ListAsync(version, new RowQuery(null, null, null, null, false, 10_000, null), CancellationToken.None);
        return [.. page.Rows.Select(row => $"{row.Key} {Canonical(JsonNode.Parse(row.Document.Span)!)}")];
    }

    private static EnrichRecord Record(SentMessage message, int offset) => new(
        offset, Encoding.UTF8.GetBytes(message.Key), message.Json is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(message.Json), [], null, message.Timestamp);

    private static IEnumerable<string> Texts(Dictionary<string, JsonObject> rows) => rows.Select(row => $"{row.Key} {Canonical(row.Value)}");

    // Fields by name, numbers by value.
    private static string Canonical(JsonNode row) => string.Join(' ', row.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal)
        .Select(field => $"{field.Key}={(field.Value is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? ((decimal)value / 1.0000000000m).ToString("G29", System.Globalization.CultureInfo.InvariantCulture) : field.Value?.ToJsonString())}"));
}
