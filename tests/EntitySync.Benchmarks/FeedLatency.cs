using System.Diagnostics;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Feeds;
using EntitySync.Core.Topics;
using EntitySync.Testing;

namespace EntitySync.Benchmarks;

/// <summary>
/// Pages of 100 entries of 1 KB from topics of 10 thousand and of 10 million records, whose records are made up when they are read: what a page costs but for broker and table. Time, bytes
/// of the page, bytes allocated; medians.
/// </summary>
internal static class FeedLatency
{
    private const int Partitions = 6;
    private const int PageSize = 100;

    private sealed record Contender(string Name, Func<Task<FeedPage>> Page, Action<FeedPage, PageBuffer> Write)
    {
        public List<double> Milliseconds { get; } = [];

        public double Allocated { get; set; }

        public int Bytes { get; set; }

        public int Entries { get; set; }
    }

    public static async Task<int> RunAsync(int runs, TimeSpan duration, string? save)
    {
        Machine.PinToOneCore();
        var contenders = new List<Contender>();
        foreach (var records in (long[])[10_000, 10_000_000])
        {
            var feed = new FeedDefinition("made-up", "made-up", "Made up", PageSize);
            var reader = new FeedReader(new MadeUpTopic(records), new InMemoryFeedPages(), TimeProvider.System, partitionsAtOnce: 1);
            var last = (await reader.NewestAsync(feed, CancellationToken.None)).Previous!.Value;
            contenders.Add(new($"archive page, {records:N0} records, Atom", async () => (await reader.ArchiveAsync(feed, last / 2, CancellationToken.None))!, AtomFeedWriter.Write));
            contenders.Add(new($"archive page, {records:N0} records, JSON Feed", async () => (await reader.ArchiveAsync(feed, last / 2, CancellationToken.None))!, JsonFeedWriter.Write));
            contenders.Add(new($"newest page, {records:N0} records, Atom", () => reader.NewestAsync(feed, CancellationToken.None), AtomFeedWriter.Write));
        }

        foreach (var contender in contenders) await MeasureAsync(contender, duration);
        foreach (var contender in contenders) contender.Milliseconds.Clear();
        for (var run = 0; run < runs; run++)
        {
            foreach (var contender in contenders) await MeasureAsync(contender, duration);
        }

        var table = Table(contenders, runs, duration);
        Console.WriteLine(table);
        if (save is not null) await File.WriteAllTextAsync(save, table);
        return 0;
    }

    private static async Task MeasureAsync(Contender contender, TimeSpan duration)
    {
        GC.Collect();
        var (pages, allocated, started, watch) = (0, GC.GetTotalAllocatedBytes(precise: true), Machine.ProcessorTime, Stopwatch.StartNew());
        while (watch.Elapsed < duration)
        {
            var page = await contender.Page();
            using var buffer = new PageBuffer();
            contender.Write(page, buffer);
            (contender.Bytes, contender.Entries) = (buffer.Length, page.Entries.Count);
            pages++;
        }

        contender.Milliseconds.Add((Machine.ProcessorTime - started).TotalMilliseconds / pages);
        contender.Allocated = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)pages;
    }

    private static string Table(List<Contender> contenders, int runs, TimeSpan duration)
    {
        var text = new StringBuilder();
        text.AppendLine("# Pages of a feed, one core").AppendLine();
        text.AppendLine($"Pages of {PageSize} entries (the newest page has up to twice as many) with JSON values of 1 KB, from a topic of {Partitions} partitions whose records are made up when they are read, and boundaries in memory; reading, merging and writing the page. Median of {runs} runs of {duration.TotalSeconds:0.0} s, contenders by turns in one process. Records and their bytes are in what is allocated. A broker takes some milliseconds more, for offsets and for records.").AppendLine();
        text.AppendLine("    dotnet run -c Release --project tests/EntitySync.Benchmarks -- feed").AppendLine();
        text.AppendLine($"Machine: {Machine.Description}; process pinned to one core.").AppendLine();
        text.AppendLine("| page | entries | ms of processor time | fastest - slowest run | bytes of the page | bytes allocated |");
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var contender in contenders)
        {
            text.AppendLine($"| {contender.Name} | {contender.Entries} | {contender.Milliseconds.Order().ElementAt(contender.Milliseconds.Count / 2):F3} | {contender.Milliseconds.Min():F3} - {contender.Milliseconds.Max():F3} | {contender.Bytes:N0} | {contender.Allocated:N0} |");
        }

        return text.ToString();
    }

    /// <summary>A topic of any length in no memory.</summary>
    private sealed class MadeUpTopic(long records) : ITopicReader
    {
        private const int ValueBytes = 1024;
        private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public Task<IReadOnlyList<PartitionRange>> RangesAsync(string topic, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PartitionRange>>([.. Enumerable.Range(0, Partitions).Select(partition => new PartitionRange(partition, 0, records / Partitions))]);

        public Task<TopicRecords> ReadAsync(ReadRequest request, CancellationToken cancellationToken)
        {
            var read = new List<EnrichRecord>();
            for (var offset = request.From; offset < request.To; offset++) read.Add(Record(request.Partition, offset));
            return Task.FromResult(new TopicRecords(read, request.To));
        }

        private static EnrichRecord Record(int partition, long offset)
        {
            var head = $$"""{"sku":"sku-{{partition}}-{{offset}}","price":{{offset % 1000}}.99,"text":" """;
            return new(offset, Encoding.UTF8.GetBytes($"sku-{partition}-{offset}"), Encoding.UTF8.GetBytes(head + new string('x', ValueBytes - head.Length - 2) + "\"}"), [], Timestamp: Start.AddMilliseconds((offset * Partitions) + partition));
        }
    }
}
