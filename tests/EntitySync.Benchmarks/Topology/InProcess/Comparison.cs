using System.Text;
using System.Text.Json.Nodes;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>The same small history for both contenders, and every output of every step compared: a fast wrong join is none.</summary>
internal static class Comparison
{
    private const int Items = 2_000;

    /// <returns>Outputs compared.</returns>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static int Run(int seed)
    {
        var (ourSink, naiveSink) = (new ChecksumSink { Record = [] }, new ChecksumSink { Record = [] });
        using var ours = new EngineContender(ourSink);
        using var naive = new NaiveContender(naiveSink);
        var data = new ItemData(Items, seed);
        var compared = 0;
        Restore(ours, data);
        Restore(naive, data);
        Drain(ours);
        foreach (var step in Steps(data))
        {
            ourSink.Record.Clear();
            naiveSink.Record.Clear();
            step(ours);
            step(naive);
            Drain(ours);
            Drain(naive);
            compared += Compare(ourSink.Record, naiveSink.Record);
        }

        return compared;
    }

    private static IEnumerable<Action<IJoinContender>> Steps(ItemData data)
    {
        yield return join => Update(join, data, version: 1, shift: 0);
        yield return join => Update(join, data, version: 2, shift: 1);
        for (var number = 0; number < ItemData.Classes; number++)
        {
            var changed = number;
            yield return join => join.ChangeClass(ItemData.ClassKey(changed), ItemData.ClassRow(changed, version: 1));
        }

        yield return join => join.ChangeClass(ItemData.ClassKey(0), null);
        yield return join => join.ChangeClass(ItemData.ClassKey(1), null);
        yield return join => join.Update(ItemData.Key(0), null);
        yield return join => join.ChangeClass(ItemData.ClassKey(0), ItemData.ClassRow(0, version: 2));
    }

    private static void Restore(IJoinContender join, ItemData data)
    {
        for (var number = 0; number < ItemData.Classes; number++) join.RestoreClass(ItemData.ClassKey(number), ItemData.ClassRow(number, version: 0));
        join.CompleteClasses();
        var batch = new ItemBatch();
        batch.Fill(data, 0, data.Items, version: 0, shift: 0);
        foreach (var (key, document) in batch.Records) join.RestoreItem(key, document);
        join.CompleteRestore();
    }

    private static void Drain(IJoinContender join)
    {
        for (var steps = 0; join.HasFanout; steps++)
        {
            if (steps > Items) throw new InvalidOperationException($"{join.Name}: the fan-out does not end.");
            join.Fanout(100);
        }
    }

    private static void Update(IJoinContender join, ItemData data, int version, int shift)
    {
        var batch = new ItemBatch();
        batch.Fill(data, 0, data.Items, version, shift);
        foreach (var (key, document) in batch.Records) join.Update(key, document);
    }

    // The order in which a fan-out comes by different items is free; the order of one item's outputs is not, and sorting is stable.
    private static int Compare(List<(byte[] Key, byte[]? Value)> ours, List<(byte[] Key, byte[]? Value)> naive)
    {
        if (ours.Count != naive.Count) throw new InvalidOperationException($"Ours has {ours.Count} outputs, the naive join {naive.Count}.");
        foreach (var (own, other) in Sorted(ours).Zip(Sorted(naive)))
        {
            if (own.Key == other.Key && JsonNode.DeepEquals(Parse(own.Value), Parse(other.Value))) continue;
            throw new InvalidOperationException($"Outputs differ:\n{own.Key} {Text(own.Value)}\n{other.Key} {Text(other.Value)}");
        }

        return ours.Count;
    }

    private static IEnumerable<(string Key, byte[]? Value)> Sorted(List<(byte[] Key, byte[]? Value)> outputs) =>
        outputs.Select(output => (Key: Encoding.UTF8.GetString(output.Key), output.Value)).OrderBy(output => output.Key, StringComparer.Ordinal);

    private static JsonNode? Parse(byte[]? value) => value is null ? null : JsonNode.Parse(value);

    private static string Text(byte[]? value) => value is null ? "(tombstone)" : Encoding.UTF8.GetString(value);
}
