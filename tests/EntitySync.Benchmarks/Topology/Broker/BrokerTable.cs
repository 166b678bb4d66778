using System.Text;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>The figures of all contenders below each other, as Markdown. The copies come first: plain, then with transactions.</summary>
internal static class BrokerTable
{
    public static string Head(TopologyOptions options) => $"""
        # Joining items with their delivery classes, end to end

        {(IsEmbedded(options)
            ? "On librdkafka's mock cluster in the same process, where a fetch that finds nothing takes 10 ms: NO REAL BROKER, only a check that the benchmark runs."
            : $"On a broker, topics of {Cluster.Partitions} partitions. The producer that feeds, the contender with 2 threads and a read_committed consumer that counts all run on this machine.")}
        Median of {options.Runs} runs, contenders by turns. An update changes fields of an item, then all {ItemData.Classes} classes change and every item is emitted once more.
        A rate counts from the first record written until a reader has the last output. The bare copy is the limit: consume, produce, no work.

            dotnet run -c Release --project tests/EntitySync.Benchmarks -- topology --bootstrap {(IsEmbedded(options) ? "embedded" : "HOST:PORT")}

        Machine: {Machine.Description}. {DateTime.UtcNow:yyyy-MM-dd}.


        """;

    public static void Append(StringBuilder text, int items, IReadOnlyList<BrokerRun> runs)
    {
        text.AppendLine($"## {items:N0} items").AppendLine();
        text.AppendLine("| | item updates/s | of the bare copy | slowest - fastest | re-emissions/s | of the bare copy | slowest - fastest | one class, median ms | p90 | longest | outputs too many |");
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var run in runs) text.AppendLine(Line(run, Median((run.Contender.Name.Contains("exactly", StringComparison.Ordinal) ? runs[1] : runs[0]).Updates)));
        var rows = new ItemData(items, 1).WonBy(ItemData.MiddleClass, shift: 0);
        text.AppendLine().AppendLine($"\"One class\": from the write of a changed class until a reader has the last of about {rows:N0} items that carry it; for a copy as many items written at once. Exactly-once is compared with the copy that uses transactions.").AppendLine();
    }

    private static bool IsEmbedded(TopologyOptions options) => options.Bootstrap == Cluster.Embedded;

    private static string Line(BrokerRun run, double copy)
    {
        var (updates, reemissions) = (Median(run.Updates), Median(run.Reemissions));
        var again = run.Reemissions.Count == 0 ? "| | |" : $"| {reemissions:N0} | {reemissions / copy:P0} | {run.Reemissions.Min():N0} - {run.Reemissions.Max():N0} ";
        return $"| {run.Contender.Name} | {updates:N0} | {updates / copy:P0} | {run.Updates.Min():N0} - {run.Updates.Max():N0} {again}| {run.OneClass.At(0.5):F1} | {run.OneClass.At(0.9):F1} | {run.OneClass.At(1):F1} | {run.Surplus:N0} |";
    }

    private static double Median(List<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);
}
