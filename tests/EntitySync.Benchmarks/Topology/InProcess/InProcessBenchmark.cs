using System.Text;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>The join itself, without a broker, on one core.</summary>
internal static class InProcessBenchmark
{
    private const int WarmUpItems = 20_000;

    private static readonly Func<ChecksumSink, IJoinContender>[] All = [sink => new EngineContender(sink), sink => new NaiveContender(sink)];

    public static string Run(TopologyOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        Machine.PinToOneCore();
        progress($"{Comparison.Run(options.Seed):N0} outputs of a small history are equal both ways");
        progress("warming up");
        foreach (var contender in Contenders(options)) Measure(contender, WarmUpItems, options, cancellationToken);

        var text = new StringBuilder(Head(options));
        foreach (var items in options.Items) InProcessTable.Append(text, items, Measure(items, options, progress, cancellationToken));
        return text.ToString();
    }

    private static List<(string Name, IReadOnlyList<Figures> Runs)> Measure(int items, TopologyOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var contenders = Contenders(options);
        var runs = contenders.Select(_ => (Name: "", Runs: new List<Figures>())).ToArray();
        for (var run = 1; run <= options.Runs; run++)
        {
            for (var contender = 0; contender < contenders.Length; contender++)
            {
                var (name, figures) = Measure(contenders[contender], items, options, cancellationToken);
                runs[contender].Name = name;
                runs[contender].Runs.Add(figures);
                progress($"{items:N0} items, run {run} of {options.Runs}, {name}: {figures.Updates:N0} updates/s, {figures.Reemissions:N0} re-emissions/s, live p99 {figures.LiveP99:F3} ms");
            }
        }

        return [.. runs.Select(entry => (entry.Name, (IReadOnlyList<Figures>)entry.Runs))];
    }

    private static Func<ChecksumSink, IJoinContender>[] Contenders(TopologyOptions options) => options.WithoutNaive ? All[..1] : All;

    private static (string Name, Figures Figures) Measure(Func<ChecksumSink, IJoinContender> create, int items, TopologyOptions options, CancellationToken cancellationToken)
    {
        var sink = new ChecksumSink();
        using var contender = create(sink);
        return (contender.Name, new ContenderRun(new ItemData(items, options.Seed), options, contender, sink, cancellationToken).Run());
    }

    private static string Head(TopologyOptions options)
    {
        var batch = new ItemBatch();
        batch.Fill(new ItemData(1_000, options.Seed), 0, 1_000, version: 0, shift: 0);
        var bytes = batch.Records.ToArray().Average(record => record.Value.Length);
        return $"""
            # Joining items with their delivery classes, in process

            One task on one core, no broker, JSON in and out: items of {bytes:F0} bytes on average that name 2 of {ItemData.Classes} classes, relation `broadcast`, the class with the least
            time wins. Median of {options.Runs} runs, contenders by turns in one process, outputs of both compared before. Rates are per second of processor time, garbage collection included;
            waits are by the clock, with {options.LiveUpdatesPerSecond:N0} live updates a second coming at fixed times while a change of all classes goes out in steps of {options.FanoutStep:N0} items.
            Every update changes fields of an item. Payload is keys and documents as they come.

                dotnet run -c Release --project tests/EntitySync.Benchmarks -- topology

            Machine: {Machine.Description}; process pinned to one core. {DateTime.UtcNow:yyyy-MM-dd}.


            """;
    }
}
