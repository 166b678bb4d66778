using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.ReadModels;

/// <summary>The whole of ProjectReadModel but for Kafka and DynamoDB.</summary>
internal sealed class ProjectRig
{
    public const string Orders = """
        kind: read-model
        readModel: orders
        topics:
          order-events:
            key: orderId
            events:
              - where: { type: placed }
                set: { total: total }
              - where: { type: deleted }
                delete: true
        output: { topic: orders-rows }
        """;

    private readonly Dictionary<string, long> _offsets = [];

    public ProjectRig(string definition = Orders)
    {
        Tables = new InMemoryReadModelTables(Table);
        Deploy(definition);
    }

    public TestClock Clock { get; } = new();

    public InMemoryReadModelTable Table { get; } = new();

    public InMemoryReadModelRegistry Registry { get; } = new();

    public InMemoryReadModelTables Tables { get; }

    public RecordingTopicWriter Writer { get; } = new();

    public RecordingLogger Log { get; } = new();

    public ProjectBatch Batch { get; private set; } = null!;

    /// <summary>Another instance with this definition.</summary>
    public void Deploy(string definition) => Batch = new ProjectBatch(
        new ReadModelCatalog([ReadModelRig.Load(definition)]), new CompiledReadModels(), Registry, Tables, Table, new RowWriter(Table, Clock, NullLogger<RowWriter>.Instance), Writer, Clock, new TypedLogger(Log));

    public static ReadModelVersionId Version(int number) => new("orders", number);

    public ReadModelRig.Event Placed(string id, int total) => Next(id, $$"""{"orderId":"{{id}}","type":"placed","total":{{total}}}""");

    public ReadModelRig.Event Deleted(string id) => Next(id, $$"""{"orderId":"{{id}}","type":"deleted"}""");

    public ReadModelRig.Event Next(string id, string? json, string topic = "order-events")
    {
        var offset = _offsets[topic] = _offsets.GetValueOrDefault(topic, -1) + 1;
        return new ReadModelRig.Event(topic, new Core.Enrichment.EnrichRecord(offset, Encoding.UTF8.GetBytes(id), json is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(json), [], null, Clock.GetUtcNow()));
    }

    /// <returns>What comes again.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(params ReadModelRig.Event[] events) => [.. (await ResultAsync(events)).ComeAgain.Select(position => position.ToString())];

    public Task<ProjectResult> ResultAsync(params ReadModelRig.Event[] events) => Batch.RunAsync(ReadModelRig.Partitions(events), () => TimeSpan.FromMinutes(5), CancellationToken.None);

    public async Task ChangeAsync(Func<ReadModelState, ReadModelState> change)
    {
        var state = change(Registry.Find("orders")!);
        (await Registry.SaveAsync(state with { Revision = state.Revision + 1 }, CancellationToken.None)).ShouldBeTrue();
    }

    /// <summary>A version that a rebuild fills, with its own definition.</summary>
    public async Task BeginRebuildAsync(int number, string definition)
    {
        Table.Create(Version(number));
        await ChangeAsync(state => state with
        {
            Building = number,
            LastNumber = number,
            Versions = [.. state.Versions, new ReadModelVersion(number, definition, ReadModelRig.Load(definition).Fingerprint, Clock.GetUtcNow(), null)],
        });
    }

    public string Row(int version, string key) => Table.Find(Version(version), key) is not { } row ? "none" : row.Document is { } document ? Encoding.UTF8.GetString(document.Span) : "deleted";

    /// <summary>Records of the output as <c>key document</c>.</summary>
    public IReadOnlyList<string> Outputs => [.. Writer.To("orders-rows").Select(record => $"{Encoding.UTF8.GetString(record.Key!.Value.Span)} {(record.Value is { } value ? Encoding.UTF8.GetString(value.Span) : "tombstone")}")];

    /// <summary>Dead letters as <c>stage position: reason</c>.</summary>
    public IReadOnlyList<string> DeadLetters =>
        [.. Writer.To("orders-dead-letters").Select(record => $"{Header(record, HeaderNames.DeadLetterStage)} {Header(record, HeaderNames.DeadLetterPosition)}: {Header(record, HeaderNames.DeadLetterReason)}")];

    private static string Header(OutgoingRecord record, string name) => Encoding.UTF8.GetString(record.Headers.Single(header => header.Name == name).Value.Span);

    private sealed class TypedLogger(ILogger inner) : ILogger<ProjectBatch>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
