using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.ReadModels;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.ReadModels;

/// <summary>One version of a read model over a table in memory: events go in, rows are looked at. Events are at the next offset of partition 0, a second apart.</summary>
internal sealed class ReadModelRig
{
    public const string Orders = """
        kind: read-model
        readModel: orders
        topics:
          order-events:
            key: orderId
            tombstones: delete
            events:
              - where: { type: placed }
                replace: { customer: customer.name, total: total, status: status }
              - where: { type: changed }
                set: { customer: customer.name, carrier: carrier, status: status }
              - where: { type: [placed, changed] }
                append: { history: { fields: { what: type, by: { from: by, default: system } }, limit: 3 } }
              - where: { type: tagged }
                append: { tags: tag }
              - where: { type: deleted }
                delete: true
          order-payments:
            key: orderId
            time: bookedAt
            events:
              - increment: { paid: amount, payments: 1 }
        states: { status: [new, paid, sent] }
        indexes:
          byStatus: { key: status, sort: { number: total } }
          byCustomer: { key: customer, sort: carrier }
          byTotal: { key: total }
        """;

    public static readonly ReadModelVersionId Version = new("orders", 1);

    private readonly Dictionary<string, long> _offsets = [];

    public ReadModelRig(string definition = Orders, RowWriterOptions? options = null)
    {
        Model = new CompiledReadModel(Load(definition));
        Writer = new RowWriter(Table, Clock, NullLogger<RowWriter>.Instance, options);
        Table.Create(Version);
    }

    public TestClock Clock { get; } = new();

    public InMemoryReadModelTable Table { get; } = new();

    public CompiledReadModel Model { get; }

    public RowWriter Writer { get; }

    public static ReadModelDefinition Load(string text)
    {
        var result = DefinitionLoader.LoadText(text, "orders.yaml");
        result.Problems.ShouldBeEmpty();
        return result.ReadModels.Single();
    }

    public Event Order(string id, string type, string rest = "") => Next("order-events", id, $$"""{"orderId":"{{id}}","type":"{{type}}"{{(rest.Length > 0 ? "," : "")}}{{rest}}}""");

    public Event Payment(string id, string amount, string bookedAt = "\"2026-01-01T00:00:00Z\"") =>
        Next("order-payments", id, $$"""{"orderId":"{{id}}","amount":{{amount}},"bookedAt":{{bookedAt}}}""");

    /// <summary>An event at the topic's next offset; the clock goes on by a second.</summary>
    public Event Next(string topic, string? key, string? value)
    {
        var offset = _offsets[topic] = _offsets.GetValueOrDefault(topic, -1) + 1;
        Clock.Advance(TimeSpan.FromSeconds(1));
        return new Event(topic, new EnrichRecord(offset, Bytes(key), Bytes(value), [], null, Clock.GetUtcNow()));
    }

    public Task<RowBatchResult> LiveAsync(params Event[] events) => ApplyAsync(EventOrigin.Live, events);

    public Task<RowBatchResult> FillAsync(params Event[] events) => ApplyAsync(EventOrigin.Fill, events);

    public Task<RowBatchResult> ApplyAsync(EventOrigin origin, Event[] events, Func<bool>? hasTime = null) =>
        Writer.ApplyAsync(Version, Model, Partitions(events), origin, hasTime ?? (() => true), CancellationToken.None);

    public static IReadOnlyList<PartitionRecords> Partitions(IEnumerable<Event> events) =>
        [.. events.GroupBy(one => one.Topic).Select(group => new PartitionRecords(group.Key, 0, [.. group.Select(one => one.Record)]))];

    /// <summary>The document of a row; <c>deleted</c> or <c>none</c> without.</summary>
    public string Row(string key) => Table.Find(Version, key) is not { } row ? "none" : row.Document is { } document ? Encoding.UTF8.GetString(document.Span) : "deleted";

    /// <summary>Index entries as <c>index: key, sort</c>.</summary>
    public IReadOnlyList<string> Indexes(string key) => [.. Table.Find(Version, key)!.Indexes.Select(entry => $"{entry.Index}: {entry.Key}, {entry.Sort}{(entry.SortsNumber ? " (number)" : "")}")];

    /// <summary>Bad messages as <c>position: reason</c>.</summary>
    public static IReadOnlyList<string> Bad(RowBatchResult result) => [.. result.Bad.Select(bad => $"{bad.Reference.Position}: {bad.Reason}")];

    private static ReadOnlyMemory<byte>? Bytes(string? text) => text is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text);

    internal sealed record Event(string Topic, EnrichRecord Record);
}
