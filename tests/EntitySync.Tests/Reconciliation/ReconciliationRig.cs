using System.Globalization;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Reconciliation;

/// <summary>The two sample reconciliations over a table in memory: messages go in, states and records are looked at.</summary>
internal sealed class ReconciliationRig
{
    private readonly Dictionary<string, long> _offsets = [];

    public ReconciliationRig(ReconcileOptions? options = null, Func<IReconciliationTable, IReconciliationTable>? table = null, ReconciliationDefinition? orders = null)
    {
        Catalog = new ReconciliationCatalog([orders ?? SampleReconciliations.OrderShipping(), SampleReconciliations.InvoicePayment()]);
        Table = new InMemoryReconciliationTable(Clock);
        Table.Written = Record;
        var used = table?.Invoke(Table) ?? Table;
        Batch = new ReconcileBatch(Catalog, used, Writer, Clock, new TypedLogger<ReconcileBatch>(Log), options);
        Sweep = new OverdueSweep(Catalog, used, Clock, new TypedLogger<OverdueSweep>(Log), options);
        Publisher = new CompletionPublisher(Catalog, Writer, new TypedLogger<CompletionPublisher>(Log));
        View = new ReconciliationView(Catalog, Clock);
    }

    public TestClock Clock { get; } = new();

    public ReconciliationCatalog Catalog { get; }

    public InMemoryReconciliationTable Table { get; }

    public RecordingTopicWriter Writer { get; } = new();

    public RecordingLogger Log { get; } = new();

    public ReconcileBatch Batch { get; }

    public OverdueSweep Sweep { get; }

    public CompletionPublisher Publisher { get; }

    public ReconciliationView View { get; }

    /// <summary>Items after the writes that made them complete or overdue, as the table's stream is filtered.</summary>
    public List<ReconciliationState> Transitions { get; } = [];

    /// <summary>Lines about entities, without those about whole batches.</summary>
    public IReadOnlyList<string> EntityLines => [.. Log.Lines.Where(line => line.StartsWith("order-shipping ", StringComparison.Ordinal) || line.StartsWith("invoice-payment ", StringComparison.Ordinal))];

    /// <summary>Dead letters as <c>position: reason</c>.</summary>
    public IReadOnlyList<string> DeadLetters =>
        [.. Writer.Written.Where(record => record.Topic.EndsWith("-dead-letters", StringComparison.Ordinal)).Select(record => $"{Header(record, HeaderNames.DeadLetterPosition)}: {Header(record, HeaderNames.DeadLetterReason)}")];

    public static string Header(OutgoingRecord record, string name) => Encoding.UTF8.GetString(record.Headers.Single(header => header.Name == name).Value.Span);

    public Message Order(string id, params string[] products) => Next("orders", id, OrderJson(id, products));

    public Message Cancel(string id) => Next("orders", id, $$"""{"orderId":"{{id}}","status":"cancelled"}""");

    public Message Product(string id, string product) => Next("products-manufactured", id, $$"""{"orderId":"{{id}}","productId":"{{product}}"}""");

    public Message Invoice(string id, string amount, string currency = "EUR", string dueAt = "2026-02-01T00:00:00Z") =>
        Next("invoices", id, $$"""{"invoiceId":"{{id}}","total":{"value":{{amount}},"currency":"{{currency}}"},"dueAt":"{{dueAt}}"}""");

    public Message Payment(string id, string payment, string amount, string currency = "EUR") =>
        Next("invoice-payments", id, $$"""{"invoiceId":"{{id}}","paymentId":"{{payment}}","value":{{amount}},"currency":"{{currency}}"}""");

    /// <summary>A message at the topic's next offset (partition 0).</summary>
    public Message Next(string topic, string? key, string? value)
    {
        var offset = _offsets[topic] = _offsets.GetValueOrDefault(topic, -1) + 1;
        return new Message(topic, new EnrichRecord(offset, Bytes(key), Bytes(value), [], null, Clock.GetUtcNow()));
    }

    public static string OrderJson(string id, params string[] products) =>
        $$"""{"orderId":"{{id}}","products":[{{string.Join(',', products.Select(product => $$"""{"id":"{{product}}"}"""))}}]}""";

    /// <summary>One batch; nothing comes again unless the test says so.</summary>
    public async Task RunAsync(params Message[] messages) => (await TryAsync(messages)).ComeAgain.ShouldBeEmpty();

    public Task<ReconcileResult> TryAsync(params Message[] messages) => Batch.RunAsync(Partitions(messages), () => TimeSpan.FromMinutes(5), CancellationToken.None);

    public static IReadOnlyList<PartitionRecords> Partitions(IEnumerable<Message> messages) =>
        [.. messages.GroupBy(message => message.Topic).Select(group => new PartitionRecords(group.Key, 0, [.. group.Select(message => message.Record)]))];

    public Task<SweepResult> SweepAsync(Func<TimeSpan>? remaining = null) => Sweep.RunAsync(remaining ?? (() => TimeSpan.FromMinutes(5)), CancellationToken.None);

    public Task<IReadOnlyList<PublicationOutcome>> PublishAsync() => Publisher.PublishAsync(Transitions, CancellationToken.None);

    /// <summary>Records of a topic as <c>key value transition</c>.</summary>
    public IReadOnlyList<string> Published(string topic) =>
        [.. Writer.To(topic).Select(record => $"{Encoding.UTF8.GetString(record.Key!.Value.Span)} {Encoding.UTF8.GetString(record.Value!.Value.Span)} {Header(record, HeaderNames.Transition)}")];

    /// <summary>An order in short: <c>open v2: p1 p2; expected at 0</c>.</summary>
    public string State(string id, string entity = "order-shipping") => Table.Find(entity, id) is not { } state
        ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"{ReconciliationView.NameOf(state.Status)} v{state.Version}: {string.Join(' ', state.Arrivals.Select(arrival => arrival.Element))}; expected at {state.ExpectedAt?.Offset.ToString(CultureInfo.InvariantCulture) ?? "-"}");

    private static ReadOnlyMemory<byte>? Bytes(string? text) => text is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text);

    private void Record(ReconciliationState? before, ReconciliationState after)
    {
        if (after.Status is ReconciliationStatus.Complete or ReconciliationStatus.Overdue && before?.Status != after.Status) Transitions.Add(after);
    }

    internal sealed record Message(string Topic, EnrichRecord Record);

    private sealed class TypedLogger<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
