using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Benchmarks;

/// <summary>
/// Orders of five products through <see cref="ReconcileBatch"/> and the table in memory, on one core: orders a second of processor time (garbage collection included), bytes allocated
/// an order (the table's own included), and what DynamoDB would have been asked. Medians.
/// </summary>
internal static class ReconcileThroughput
{
    private const int Products = 5;
    private const int Orders = 1000;

    private sealed record Contender(string Name, PartitionRecords[][] Batches)
    {
        public List<double> Rates { get; } = [];

        public double BytesPerOrder { get; set; }

        public int Writes { get; set; }

        public int Reads { get; set; }

        public double Median => Rates.Order().ElementAt(Rates.Count / 2);
    }

    public static async Task<int> RunAsync(int runs, TimeSpan duration, string? save)
    {
        Machine.PinToOneCore();
        Contender[] contenders =
        [
            new("order and products in one batch of 600 messages", [.. Enumerable.Range(0, Orders).Chunk(100).Select(orders => new[] { OrdersOf(orders), ProductsOf(orders, 0, Products) })]),
            new("six batches: the order, then each product", [.. Enumerable.Range(0, Orders).Chunk(100).SelectMany(InSixBatches)]),
        ];
        foreach (var contender in contenders) Measure(contender, duration + duration);
        foreach (var contender in contenders) contender.Rates.Clear();
        for (var run = 0; run < runs; run++)
        {
            foreach (var contender in contenders) Measure(contender, duration);
        }

        var table = Table(contenders, runs, duration);
        Console.WriteLine(table);
        if (save is not null) await File.WriteAllTextAsync(save, table);
        return 0;
    }

    private static IEnumerable<PartitionRecords[]> InSixBatches(int[] orders) =>
        Enumerable.Range(0, Products).Select(product => new[] { ProductsOf(orders, product, 1) }).Prepend([OrdersOf(orders)]);

    private static PartitionRecords OrdersOf(int[] orders) => new("orders", 0, [.. orders.Select(order => Record(order, order,
        $$"""{"orderId":"order-{{order:D6}}","customer":"c-{{order % 97}}","products":[{{string.Join(',', Enumerable.Range(0, Products).Select(product => $$"""{"id":"product-{{product}}","quantity":1}"""))}}]}"""))]);

    private static PartitionRecords ProductsOf(int[] orders, int first, int count) => new("products-manufactured", 0, [.. orders.SelectMany(order => Enumerable.Range(first, count).Select(product => Record(
        (order * Products) + product, order, $$"""{"orderId":"order-{{order:D6}}","productId":"product-{{product}}","line":"A{{product}}","madeAt":"2026-01-01T10:00:00Z"}""")))]);

    private static EnrichRecord Record(long offset, int order, string json) => new(offset, Encoding.UTF8.GetBytes($"order-{order:D6}"), Encoding.UTF8.GetBytes(json), [], null, DateTimeOffset.UnixEpoch);

    private static void Measure(Contender contender, TimeSpan duration)
    {
        GC.Collect();
        var orders = 0L;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Machine.ProcessorTime;
        while (Machine.ProcessorTime - started < duration) orders += Round(contender);
        contender.Rates.Add(orders / (Machine.ProcessorTime - started).TotalSeconds);
        contender.BytesPerOrder = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)orders;
    }

    // Table and writer answer at once, so the tasks are complete: nothing waits here.
    private static int Round(Contender contender)
    {
        var table = new InMemoryReconciliationTable(TimeProvider.System);
        var batch = new ReconcileBatch(
            new ReconciliationCatalog([SampleReconciliations.OrderShipping()]), table, new RecordingTopicWriter(), TimeProvider.System, NullLogger<ReconcileBatch>.Instance);
        var completed = 0;
        foreach (var partitions in contender.Batches)
        {
            completed += batch.RunAsync(partitions, () => TimeSpan.MaxValue, CancellationToken.None).GetAwaiter().GetResult().Counts.Completed;
        }

        if (completed != Orders) throw new InvalidOperationException($"{completed} of {Orders} orders are complete");
        (contender.Writes, contender.Reads) = (table.Writes, table.Reads);
        return completed;
    }

    private static string Table(Contender[] contenders, int runs, TimeSpan duration)
    {
        var text = new StringBuilder();
        text.AppendLine("# Reconciling orders, one core").AppendLine();
        text.AppendLine($"Orders of {Products} products, {Orders} of them a round in batches of 100 orders, against the table in memory; median of {runs} runs of {duration.TotalSeconds:0.0} s of processor time each, contenders by turns in one process. The table's own work and its allocations are in the figures; a request to DynamoDB takes milliseconds.").AppendLine();
        text.AppendLine("    dotnet run -c Release --project tests/EntitySync.Benchmarks -- reconcile").AppendLine();
        text.AppendLine($"Machine: {Machine.Description}; process pinned to one core.").AppendLine();
        text.AppendLine("| messages | orders/s of processor time | µs an order | slowest - fastest run | bytes allocated an order | writes an order | reads an order |");
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var contender in contenders)
        {
            text.AppendLine($"| {contender.Name} | {contender.Median:N0} | {1e6 / contender.Median:F2} | {contender.Rates.Min():N0} - {contender.Rates.Max():N0} | {contender.BytesPerOrder:N0} | {contender.Writes / (double)Orders:0.##} | {contender.Reads / (double)Orders:0.##} |");
        }

        return text.ToString();
    }
}
