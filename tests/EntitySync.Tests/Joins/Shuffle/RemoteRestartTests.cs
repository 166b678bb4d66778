using System.Text.RegularExpressions;
using EntitySync.Core.Joins;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>Random histories, once with restarts at random points and once without: what is sent must be the same, record by record.</summary>
public sealed partial class RemoteRestartTests
{
    private const int Histories = 60;
    private const int Steps = 400;

    private static readonly string[] Keys = ["a", "b", "c", "d", "e", "f"];

    public static TheoryData<int, bool> Runs => [.. from seed in Enumerable.Range(1, Histories) from compacted in new[] { false, true } select (seed, compacted)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void RekeyTaskThatRestarts_SendsWhatItsTwinSends(int seed, bool compacted)
    {
        using var task = new RemoteTask(SubTopologyKind.Rekey, 0);
        using var twin = new RemoteTask(SubTopologyKind.Rekey, 0);
        // A compacted log has lost the row before a bad one, so bad rows are for whole logs only.
        string?[] rows = ["""{"name":"u"}""", """{"name":"v","n":1}""", """{"name":"v","n":2}""", """{"name":3}""", """{"name":null}""", "{}", null, compacted ? null : "bad"];

        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            var (key, row) = (Pick(random, Keys), Pick(random, rows));
            task.Related(key, row);
            twin.Related(key, row);
            if (random.Next(20) == 0) task.Restart(compacted);
        }

        task.Sent.ShouldBe(twin.Sent);
        task.Task.StateBytes.ShouldBe(twin.Task.StateBytes);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void AnswerTaskThatRestarts_SendsWhatItsTwinSends(int seed, bool compacted)
    {
        using var task = new RemoteTask(SubTopologyKind.Answer, RemoteTask.PartitionOf("v"), options: new JoinOptions { AnswerBytes = 60 });
        using var twin = new RemoteTask(SubTopologyKind.Answer, RemoteTask.PartitionOf("v"), options: new JoinOptions { AnswerBytes = 60 });
        var history = new History(seed, withDuplicates: !compacted);

        for (var step = 0; step < Steps; step++)
        {
            var operation = history.Next();
            operation(task);
            operation(twin);
            if (history.IsRestart()) task.Restart(compacted);
        }

        // A compacted log has lost the rows that a tombstone removed, so the tombstone is no change there and a repeated answer may have a lower version.
        if (compacted) task.Sent.Select(WithoutVersion).ShouldBe(twin.Sent.Select(WithoutVersion));
        else task.Sent.ShouldBe(twin.Sent);
        task.Task.StateBytes.ShouldBe(twin.Task.StateBytes);
        history.Check(HeldByAskers(task.Sent));
    }

    private static string WithoutVersion(string sent) => VersionPattern.Replace(sent, "");

    /// <summary>What root tasks hold that took these answers one by one: the rows without their origins, which a row that came again does not update.</summary>
    private static Dictionary<(int Partition, string Value), (long Epoch, string Rows)> HeldByAskers(IEnumerable<string> sent)
    {
        var held = new Dictionary<(int, string), (long Epoch, long Version, string Rows)>();
        foreach (var match in sent.Select(answer => AnswerPattern.Match(answer)))
        {
            var asker = (int.Parse(match.Groups["partition"].Value), match.Groups["value"].Value);
            if (!match.Groups["rows"].Success)
            {
                held.Remove(asker);
                continue;
            }

            var answer = (Epoch: long.Parse(match.Groups["epoch"].Value), Version: long.Parse(match.Groups["version"].Value), Rows: OriginPattern.Replace(match.Groups["rows"].Value, ""));
            if (!held.TryGetValue(asker, out var old) || (answer.Epoch, answer.Version).CompareTo((old.Epoch, old.Version)) > 0) held[asker] = answer;
            else old.Rows.ShouldBe(answer.Rows, "an answer that is passed over must say nothing new");
        }

        return held.ToDictionary(one => one.Key, one => (one.Value.Epoch, one.Value.Rows));
    }

    [GeneratedRegex("^answers-(?<partition>[0-9]+) (?<value>[^ ]+) (gone|epoch (?<epoch>[0-9]+) version (?<version>-?[0-9]+): (?<rows>.*))$")]
    private static partial Regex AnswerPattern { get; }

    [GeneratedRegex(" version -?[0-9]+")]
    private static partial Regex VersionPattern { get; }

    [GeneratedRegex(" from 0@[0-9]+")]
    private static partial Regex OriginPattern { get; }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    /// <summary>Makes records as rekey and root tasks would, and knows what each asker must have heard in the end.</summary>
    private sealed class History(int seed, bool withDuplicates)
    {
        private static readonly string[] Values =
            [.. Enumerable.Range(0, 100).Select(number => $"v{number}").Where(value => RemoteTask.PartitionOf(value) == RemoteTask.PartitionOf("v")).Take(3)];

        private readonly Random _random = new(seed);
        private readonly Dictionary<(string Value, string Key), (long Origin, string Json)> _rows = [];
        private readonly Dictionary<(string Value, int Partition), long> _askers = [];
        private readonly List<(string Value, string Key, long Origin, string Json)> _sent = [];
        private long _next;

        public bool IsRestart() => _random.Next(25) == 0;

        public Action<RemoteTask> Next()
        {
            var (value, key, partition) = (Pick(_random, Values), Pick(_random, Keys), _random.Next(RemoteTask.Partitions));
            return _random.Next(10) switch
            {
                < 4 => Put(value, key),
                < 6 => Remove(value, key),
                6 => withDuplicates ? Again(value, key) : Put(value, key),
                < 9 => Ask(value, partition),
                _ => Withdraw(value, partition),
            };
        }

        /// <summary>Whoever asks holds the rows as they are; whoever withdrew holds nothing.</summary>
        public void Check(Dictionary<(int Partition, string Value), (long Epoch, string Rows)> held)
        {
            held.Keys.ShouldBe(_askers.Keys.Select(asker => (asker.Partition, asker.Value)), ignoreOrder: true);
            foreach (var ((partition, value), (epoch, rows)) in held)
            {
                epoch.ShouldBe(_askers[(value, partition)]);
                if (!rows.StartsWith("the ", StringComparison.Ordinal)) rows.ShouldBe(RowsOf(value));
                else _rows.Keys.Count(row => row.Value == value).ShouldBeGreaterThan(3);
            }
        }

        private string RowsOf(string value) =>
            $"[{string.Join(", ", _rows.Where(row => row.Key.Value == value).OrderBy(row => row.Key.Key, StringComparer.Ordinal).Select(row => $"{row.Key.Key} {row.Value.Json}"))}]";

        private Action<RemoteTask> Put(string value, string key)
        {
            var (origin, json) = (_next++, $"\"{new string('x', _random.Next(3))}\"");
            _rows[(value, key)] = (origin, json);
            _sent.Add((value, key, origin, json));
            return task => task.Row(value, key, origin, json);
        }

        private Action<RemoteTask> Remove(string value, string key)
        {
            _rows.Remove((value, key));
            return task => task.RowGone(value, key);
        }

        private Action<RemoteTask> Again(string value, string key)
        {
            if (!_rows.TryGetValue((value, key), out var row)) return Remove(value, key);
            var again = Pick(_random, [.. _sent.Where(sent => sent.Value == value && sent.Key == key && sent.Origin <= row.Origin)]);
            return task => task.Row(value, key, again.Origin, again.Json);
        }

        private Action<RemoteTask> Ask(string value, int partition)
        {
            var isRepeated = withDuplicates && _askers.ContainsKey((value, partition)) && _random.Next(2) == 0;
            var epoch = isRepeated ? _askers[(value, partition)] - _random.Next(2) : _next++;
            if (!isRepeated) _askers[(value, partition)] = epoch;
            return task => task.Ask(value, partition, epoch);
        }

        private Action<RemoteTask> Withdraw(string value, int partition)
        {
            _askers.Remove((value, partition));
            return task => task.Withdraw(value, partition);
        }
    }
}
