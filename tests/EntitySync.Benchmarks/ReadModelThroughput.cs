using System.Diagnostics;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.ReadModels;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Benchmarks;

/// <summary>
/// A rebuild's work without Kafka and DynamoDB: events of orders through <see cref="RowWriter"/> into the table in memory, in pages of 5,000, by one worker and by four (a partition each at a time).
/// Events a second, bytes allocated an event (the table's copies included), and what DynamoDB would have been asked. Medians.
/// </summary>
internal static class ReadModelThroughput
{
    private const int Partitions = 8;
    private const int Page = 5000;

    private const string Definition = """
        kind: read-model
        readModel: orders-search
        topics:
          order-events:
            key: orderId
            time: at
            tombstones: delete
            events:
              - where: { type: OrderPlaced }
                replace: { customer: customer.name, placedAt: at, total: total, status: status }
              - where: { type: [OrderProcessed, OrderShipped, OrderDelivered] }
                set: { status: status, carrier: carrier }
              - append: { history: { fields: { what: type, at: at }, limit: 50 } }
              - where: { type: OrderPaid }
                increment: { paid: amount, payments: 1 }
        states: { status: [Placed, Processed, Shipped, Delivered] }
        indexes:
          byStatus: { key: status, sort: placedAt }
          byCustomer: { key: customer, sort: { number: total } }
        """;

    private static readonly string[] Types = ["OrderPlaced", "OrderPaid", "OrderProcessed", "OrderPaid", "OrderShipped", "OrderDelivered"];

    /// <param name="Name">For the table.</param>
    /// <param name="Orders">Orders of each partition.</param>
    /// <param name="Spread">Orders whose events come in turns: the more, the fewer events of a row are in one page.</param>
    private sealed record Contender(string Name, int Orders, int Spread, int Workers)
    {
        public List<double> Rates { get; } = [];

        public double BytesPerEvent { get; set; }

        public double WritesPerEvent { get; set; }

        public double RowsReadPerEvent { get; set; }

        public double Median => Rates.Order().ElementAt(Rates.Count / 2);
    }

    public static async Task<int> RunAsync(int runs, string? save)
    {
        var model = new CompiledReadModel(DefinitionLoader.LoadText(Definition, "orders-search.yaml").ReadModels.Single());
        Contender[] contenders =
        [
            new("all events of an order in one page", 1000, 100, 1),
            new("all events of an order in one page", 1000, 100, 4),
            new("each event of an order in another page", 5000, 5000, 1),
            new("each event of an order in another page", 5000, 5000, 4),
        ];
        for (var run = -1; run < runs; run++)
        {
            foreach (var contender in contenders) await MeasureAsync(contender, model, isWarmUp: run < 0);
        }

        var table = Table(contenders, runs);
        Console.WriteLine(table);
        if (save is not null) await File.WriteAllTextAsync(save, table);
        return 0;
    }

    private static async Task MeasureAsync(Contender contender, CompiledReadModel model, bool isWarmUp)
    {
        var table = new InMemoryReadModelTable();
        var version = new ReadModelVersionId("orders-search", 1);
        table.Create(version);
        var writer = new RowWriter(table, TimeProvider.System, NullLogger<RowWriter>.Instance);
        var partitions = Enumerable.Range(0, Partitions).Select(partition => Pages(contender, partition)).ToArray();
        var events = partitions.Sum(pages => pages.Sum(page => page.Records.Count));
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, contender.Workers).Select(_ => Task.Run(async () =>
        {
            for (var index = Interlocked.Increment(ref next); index < Partitions; index = Interlocked.Increment(ref next))
            {
                foreach (var page in partitions[index])
                {
                    var result = await writer.ApplyAsync(version, model, [page], EventOrigin.Fill, () => true, CancellationToken.None);
                    if (result.Failed.Count + result.Bad.Count + result.Counts.Duplicates > 0) throw new InvalidOperationException("not all events were applied");
                }
            }
        })));
        var rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (table.Rows(version).Count != contender.Orders * Partitions) throw new InvalidOperationException("not all rows are there");
        if (isWarmUp) return;
        contender.Rates.Add(rate);
        contender.BytesPerEvent = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)events;
        (contender.WritesPerEvent, contender.RowsReadPerEvent) = (table.Writes / (double)events, table.RowsRead / (double)events);
    }

    private static PartitionRecords[] Pages(Contender contender, int partition)
    {
        var records = new List<EnrichRecord>();
        for (var first = 0; first < contender.Orders; first += contender.Spread)
        {
            for (var type = 0; type < Types.Length; type++)
            {
                for (var order = first; order < first + contender.Spread; order++) records.Add(Record(records.Count, partition, order, type));
            }
        }

        return [.. records.Chunk(Page).Select(page => new PartitionRecords("order-events", partition, page))];
    }

    private static EnrichRecord Record(long offset, int partition, int order, int type)
    {
        var id = $"order-{partition}-{order:D6}";
        var at = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(offset);
        var rest = Types[type] switch
        {
            "OrderPlaced" => $$""","customer":{"id":{{order % 997}},"name":"Customer {{order % 997}}"},"total":{{order % 500}}.90,"status":"Placed","lines":[{"sku":"A-{{order}}","quantity":2},{"sku":"B-{{order}}","quantity":1}]""",
            "OrderPaid" => $$""","amount":{{order % 250}}.45""",
            var changed => $$""","status":"{{changed[5..]}}","carrier":"DHL" """,
        };
        return new EnrichRecord(offset, Encoding.UTF8.GetBytes(id), Encoding.UTF8.GetBytes($$"""{"orderId":"{{id}}","type":"{{Types[type]}}","at":"{{at:yyyy-MM-ddTHH:mm:ssZ}}"{{rest}}}"""), [], null, at);
    }

    private static string Table(Contender[] contenders, int runs)
    {
        var text = new StringBuilder();
        text.AppendLine("# Filling a read model").AppendLine();
        text.AppendLine($"Orders of {Types.Length} events each in {Partitions} partitions, read in pages of {Page:N0} and folded into the table in memory: what a rebuild does between reading the topic and DynamoDB. Rows have five fields, a list, two sums and two indexes, and the definition deletes, so that each amount is kept. Median of {runs} runs, contenders by turns in one process; elapsed time. The table's own copies are in the figures; a request to DynamoDB takes milliseconds.").AppendLine();
        text.AppendLine("    dotnet run -c Release --project tests/EntitySync.Benchmarks -- read-model").AppendLine();
        text.AppendLine($"Machine: {Machine.Description}.").AppendLine();
        text.AppendLine("| events | workers | events/s | µs an event | slowest - fastest run | bytes allocated an event | rows read an event | writes an event |");
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var contender in contenders)
        {
            text.AppendLine($"| {contender.Name} | {contender.Workers} | {contender.Median:N0} | {1e6 / contender.Median:F2} | {contender.Rates.Min():N0} - {contender.Rates.Max():N0} | {contender.BytesPerEvent:N0} | {contender.RowsReadPerEvent:0.##} | {contender.WritesPerEvent:0.##} |");
        }

        return text.ToString();
    }
}
