using System.Text;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>End to end on a broker: producer, contender and counting consumer in this process, contenders by turns.</summary>
internal static class BrokerBenchmark
{
    private const int OneClassRepetitions = 20;

    public static async Task<string> RunAsync(TopologyOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(BrokerTable.Head(options));
        foreach (var items in options.Items)
        {
            await using var cluster = await Cluster.OpenAsync(options.Bootstrap!, progress, cancellationToken);
            using var feeder = new Feeder(cluster);
            BrokerTable.Append(text, items, await MeasureAsync(cluster, feeder, new ItemData(items, options.Seed), options.Runs, progress, cancellationToken));
        }

        return text.ToString();
    }

    private static async Task<IReadOnlyList<BrokerRun>> MeasureAsync(Cluster cluster, Feeder feeder, ItemData data, int repetitions, Action<string> progress, CancellationToken cancellationToken)
    {
        BrokerContender[] contenders =
        [
            new CopyContender(cluster, isTransactional: false), new CopyContender(cluster, isTransactional: true),
            new TopologyContender(cluster, "at-least-once"), new TopologyContender(cluster, "exactly-once"),
        ];
        var runs = contenders.Select(contender => new BrokerRun(cluster, contender, data, feeder)).ToList();
        try
        {
            foreach (var run in runs)
            {
                progress($"{run.Contender.Name}: starting, {data.Items:N0} items");
                await run.StartAsync(cancellationToken);
            }

            for (var repetition = 1; repetition <= repetitions; repetition++)
            {
                foreach (var run in runs) await MeasureAsync(run, $"run {repetition} of {repetitions}", progress, cancellationToken);
            }

            return runs;
        }
        finally
        {
            foreach (var run in runs) await run.DisposeAsync();
        }
    }

    private static async Task MeasureAsync(BrokerRun run, string which, Action<string> progress, CancellationToken cancellationToken)
    {
        await run.UpdateAsync(cancellationToken);
        await run.ChangeAllClassesAsync(cancellationToken);
        for (var repetition = 0; repetition < OneClassRepetitions; repetition++) await run.ChangeOneClassAsync(cancellationToken);
        var reemissions = run.Reemissions.Count > 0 ? $", {run.Reemissions[^1]:N0} re-emissions/s" : "";
        progress($"{which}, {run.Contender.Name}: {run.Updates[^1]:N0} updates/s{reemissions}, one class {run.OneClass.At(0.5):F1} ms");
    }
}
