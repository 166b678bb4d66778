using System.Diagnostics;
using Confluent.Kafka;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>A contender, what feeds it and what counts its outputs; and its figures so far.</summary>
internal sealed class BrokerRun(Cluster cluster, BrokerContender contender, ItemData data, Feeder feeder) : IAsyncDisposable
{
    // The mock cluster keeps 5 MiB of a partition, compressed: what is fed at once, and what it leads to, must fit.
    private const int EmbeddedSlice = 200_000;

    private OutputCounter? _counter;
    private long _expected;
    private int _version;
    private int _classVersion;

    public BrokerContender Contender => contender;

    public List<double> Updates { get; } = [];

    public List<double> Reemissions { get; } = [];

    public Latencies OneClass { get; } = new(100);

    /// <summary>Outputs that came beyond one for each input.</summary>
    public long Surplus { get; private set; }

    /// <summary>Classes, then every item once: nothing is measured before.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await contender.CreateTopicsAsync(cancellationToken);
        if (contender.Classes is not null) FeedClasses(0, ItemData.Classes);
        _counter = new OutputCounter(cluster, contender.Output);
        await contender.StartAsync(cancellationToken);
        await FeedItemsAsync(cancellationToken);
    }

    public async Task UpdateAsync(CancellationToken cancellationToken) => Updates.Add(data.Items / await FeedItemsAsync(cancellationToken));

    public async Task ChangeAllClassesAsync(CancellationToken cancellationToken)
    {
        if (contender.Classes is null) return;
        _classVersion++;
        var count = cluster.IsEmbedded ? (int)Math.Clamp((long)ItemData.Classes * EmbeddedSlice / data.Items, 1, ItemData.Classes) : ItemData.Classes;
        var started = Stopwatch.GetTimestamp();
        var emitted = 0;
        for (var first = 0; first < ItemData.Classes; first += count)
        {
            var expected = Enumerable.Range(first, count).Sum(number => data.WonBy(number, shift: 0));
            emitted += expected;
            await TimedAsync(() => FeedClasses(first, count), expected, cancellationToken);
        }

        Reemissions.Add(emitted / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>One class, from the call that writes it to the last of its items in the hands of a reader; for a copy as many items, written at once.</summary>
    public async Task ChangeOneClassAsync(CancellationToken cancellationToken)
    {
        var rows = data.WonBy(ItemData.MiddleClass, shift: 0);
        var items = contender.Classes is null ? Records(0, rows) : [];
        _classVersion++;
        OneClass.Add(1000 * await TimedAsync(() => Feed(items), rows, cancellationToken));

        void Feed(Message<byte[], byte[]>[] copied)
        {
            if (contender.Classes is null) feeder.Feed(contender.Items, copied);
            else FeedClasses(ItemData.MiddleClass, 1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await contender.DisposeAsync();
        _counter?.Dispose();
    }

    private async Task<double> FeedItemsAsync(CancellationToken cancellationToken)
    {
        _version++;
        var slice = cluster.IsEmbedded ? EmbeddedSlice : data.Items;
        var seconds = 0.0;
        for (var first = 0; first < data.Items; first += slice)
        {
            var records = Records(first, Math.Min(slice, data.Items - first));
            seconds += await TimedAsync(() => feeder.Feed(contender.Items, records), records.Length, cancellationToken);
        }

        return seconds;
    }

    private async Task<double> TimedAsync(Action feed, int outputs, CancellationToken cancellationToken)
    {
        Surplus += _counter!.Seen - _expected;
        _expected = _counter.Seen + outputs;
        var reached = _counter.WaitForAsync(_expected, () => contender.Failure, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await Task.Run(feed, cancellationToken);
        return Stopwatch.GetElapsedTime(started, await reached).TotalSeconds;
    }

    private Message<byte[], byte[]>[] Records(int first, int count)
    {
        var buffer = new byte[ItemData.MaxItemBytes];
        return [.. Enumerable.Range(first, count).Select(step =>
        {
            var item = data.ItemAt(step);
            return new Message<byte[], byte[]> { Key = ItemData.Key(item), Value = buffer[..data.Write(buffer, item, _version, shift: 0)] };
        })];
    }

    private void FeedClasses(int first, int count) => feeder.Feed(contender.Classes!, Enumerable.Range(first, count)
        .Select(number => new Message<byte[], byte[]> { Key = ItemData.ClassKey(number), Value = ItemData.ClassRow(number, _classVersion) }).ToArray());
}
