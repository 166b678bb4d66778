using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Benchmarks;

/// <summary>
/// Throughput on one core: items a second of processor time (garbage collection included), so that other work on the machine counts as little as it can;
/// contenders by turns in one process, so that what remains of it hurts all alike. Medians.
/// </summary>
internal static class EnrichThroughput
{
    private sealed record Contender(string Name, Func<int> Chunk)
    {
        public List<double> Rates { get; } = [];

        public double BytesPerItem { get; set; }

        public double Median => Rates.Order().ElementAt(Rates.Count / 2);
    }

    public static async Task<int> RunAsync(EnrichWorkload workload, int runs, TimeSpan duration, string? save)
    {
        Machine.PinToOneCore();
        workload.Verify();
        Console.WriteLine($"Outputs of all {workload.Roots.Length} items are equal both ways.");
        Contender[] contenders =
        [
            new("naive (JsonNode)", workload.NaiveChunk),
            new("enricher, rows cached", workload.EnrichChunk),
            new("whole batch, writer that discards", BatchOf(workload)),
            new("part: Utf8JsonReader over all tokens", workload.ReaderChunk),
            new("part: scan", () => workload.ScanChunk(findRows: false)),
            new("part: scan, rows found", () => workload.ScanChunk(findRows: true)),
        ];
        foreach (var contender in contenders) Measure(contender, duration + duration);
        foreach (var contender in contenders) contender.Rates.Clear();
        for (var run = 0; run < runs; run++)
        {
            foreach (var contender in contenders) Measure(contender, duration);
        }

        var table = Table(workload, contenders, runs, duration);
        Console.WriteLine(table);
        if (save is not null) await File.WriteAllTextAsync(save, table);
        return 0;
    }

    private static void Measure(Contender contender, TimeSpan duration)
    {
        GC.Collect();
        var items = 0L;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Machine.ProcessorTime;
        while (Machine.ProcessorTime - started < duration) items += contender.Chunk();
        contender.Rates.Add(items / (Machine.ProcessorTime - started).TotalSeconds);
        contender.BytesPerItem = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)items;
    }

    // Everything Enrich does with a batch but decoding the event and talking to Kafka: chunks, headers, outgoing records, results.
    private static Func<int> BatchOf(EnrichWorkload workload)
    {
        var batch = new EnrichBatch(
            new EntityCatalog([SampleDefinitions.Item()]), new RowCache(workload.Tables, TimeProvider.System), new DiscardingWriter(), NullLogger<EnrichBatch>.Instance);
        RecordHeader[] headers = [RecordHeader.Text(HeaderNames.RootPosition, "items-0@1")];
        var records = workload.Roots.Take(EnrichWorkload.ChunkSize * 10)
            .Select((root, i) => new EnrichRecord(i, workload.Keys[i], root, headers)).ToArray();
        PartitionRecords[] partitions = [new("item-updates", 0, records)];
        return () =>
        {
            // Writer and tables answer at once, so the task is complete: nothing waits here.
            var run = batch.RunAsync(partitions, () => TimeSpan.MaxValue, CancellationToken.None);
            return run.GetAwaiter().GetResult().Counts.Emitted;
        };
    }

    private static string Table(EnrichWorkload workload, Contender[] contenders, int runs, TimeSpan duration)
    {
        var text = new StringBuilder();
        text.AppendLine("# Enriching items, one core").AppendLine();
        text.AppendLine($"Items of {workload.AverageBytes:F0} bytes on average with 2 classes of 50, all rows cached; median of {runs} runs of {duration.TotalSeconds:0.0} s of processor time each, contenders by turns in one process.").AppendLine();
        text.AppendLine("    dotnet run -c Release --project tests/EntitySync.Benchmarks -- enrich").AppendLine();
        text.AppendLine($"Machine: {Machine.Description}; process pinned to one core.").AppendLine();
        text.AppendLine("| way | items/s of processor time | µs an item | ratio | slowest - fastest run | bytes allocated an item |");
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var contender in contenders)
        {
            text.AppendLine($"| {contender.Name} | {contender.Median:N0} | {1e6 / contender.Median:F2} | {contender.Median / contenders[0].Median:F1} | {contender.Rates.Min():N0} - {contender.Rates.Max():N0} | {contender.BytesPerItem:F1} |");
        }

        return text.ToString();
    }

    private sealed class DiscardingWriter : ITopicWriter
    {
        public Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<WriteResult>>(new WriteResult[records.Count]);
    }
}
