using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Samples;

namespace EntitySync.Local.Examples;

/// <summary>Compares what came out with what is expected: JSON by value, the order of fields aside.</summary>
internal sealed class ExampleCheck(EntityDefinition definition, IReadOnlyList<SampleRecord> expected, IReadOnlyList<SampleRecord> expectedDeadLetters)
{
    private const int Examples = 3;
    private const int LongestShown = 300;
    private const string Nothing = "nothing";

    private bool IsTable => definition.Root.Kind == RootKind.Table;

    /// <param name="outputs">All records of the output topic, in order.</param>
    /// <param name="deadLetters">Records of the dead-letter topic.</param>
    public IReadOnlyList<CheckResult> Compare(IReadOnlyList<SeenRecord> outputs, IReadOnlyList<SeenRecord> deadLetters)
    {
        var (missing, unexpected) = IsTable ? OfTable(outputs) : OfStream(outputs);
        return
        [
            Result(IsTable ? "last output of every key as expected" : "every output as expected", missing, expected.Count),
            Result("nothing else came out", unexpected, outputs.Count),
            .. definition.Emit.Once ? [Result("every entity emitted once", Repeated(outputs), outputs.Count)] : Array.Empty<CheckResult>(),
            OfDeadLetters(deadLetters),
        ];
    }

    /// <summary>Keys that come again with no tombstone between.</summary>
    private static List<string> Repeated(IReadOnlyList<SeenRecord> outputs)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        var repeated = new List<string>();
        foreach (var output in outputs)
        {
            if (output.Value is null) there.Remove(output.Key);
            else if (!there.Add(output.Key)) repeated.Add(output.Key);
        }

        return repeated;
    }

    // What was rejected, and no more: by value, for the key of a record that cannot be used may be anything.
    private CheckResult OfDeadLetters(IReadOnlyList<SeenRecord> deadLetters)
    {
        if (expectedDeadLetters.Count == 0) return new CheckResult("no dead letters", deadLetters.Count == 0, $"{deadLetters.Count:N0} in {definition.DeadLetterTopic()}");
        var (missing, unexpected) = Differences(expectedDeadLetters.Select(record => (record.Line, Key: "", Text(record.Value))), deadLetters.Select(record => (Key: "", Text(record.Value))));
        return Result("dead letters as expected", [.. missing, .. unexpected.Select(letter => $"unexpected {letter}")], expectedDeadLetters.Count);
    }

    private (List<string> Missing, List<string> Unexpected) OfTable(IReadOnlyList<SeenRecord> outputs)
    {
        var wanted = LastOf(expected.Select(record => (KeyOf(record), Text(record.Value))));
        var found = LastOf(outputs.Select(record => (record.Key, Text(record.Value))));
        var missing = wanted.Where(entry => !AreEqual(entry.Value, found.GetValueOrDefault(entry.Key)))
            .Select(entry => $"{entry.Key}: expected {Shown(entry.Value)}, found {Shown(found.GetValueOrDefault(entry.Key))}");
        var unexpected = found.Where(entry => entry.Value is not null && !wanted.ContainsKey(entry.Key)).Select(entry => $"{entry.Key}: {Shown(entry.Value)}");
        return ([.. missing], [.. unexpected]);
    }

    private (List<string> Missing, List<string> Unexpected) OfStream(IReadOnlyList<SeenRecord> outputs) =>
        Differences(expected.Select(record => (record.Line, KeyOf(record), Text(record.Value))), outputs.Select(record => (record.Key, Text(record.Value))));

    private static (List<string> Missing, List<string> Unexpected) Differences(
        IEnumerable<(int Line, string Key, string? Value)> wanted, IEnumerable<(string Key, string? Value)> found)
    {
        var left = found.ToList();
        var missing = new List<string>();
        foreach (var (line, key, value) in wanted)
        {
            var index = left.FindIndex(output => output.Key == key && AreEqual(output.Value, value));
            if (index >= 0) left.RemoveAt(index);
            else missing.Add($"line {line}, key '{key}': expected {Shown(value)}");
        }

        return (missing, left.ConvertAll(output => $"key '{output.Key}': {Shown(output.Value)}"));
    }

    private static Dictionary<string, string?> LastOf(IEnumerable<(string Key, string? Value)> records)
    {
        var last = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in records) last[key] = value;
        return last;
    }

    // As a follower shows records without key.
    private static string KeyOf(SampleRecord record) => record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "";

    private static string? Text(ReadOnlyMemory<byte>? value) => value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    private static string? Text(byte[]? value) => value is null ? null : Encoding.UTF8.GetString(value);

    /// <summary>Null is equal to null only.</summary>
    internal static bool AreEqual(string? one, string? other)
    {
        if (one is null || other is null) return one == other;
        try
        {
            using var first = JsonDocument.Parse(one);
            using var second = JsonDocument.Parse(other);
            return JsonElement.DeepEquals(first.RootElement, second.RootElement);
        }
        catch (JsonException)
        {
            return one == other;
        }
    }

    internal static string Shown(string? value) => value is null ? Nothing : value.Length <= LongestShown ? value : value[..LongestShown] + "…";

    private static CheckResult Result(string name, List<string> wrong, int of) => new(
        name, wrong.Count == 0, wrong.Count == 0 ? $"{of:N0} checked" : $"{wrong.Count:N0} wrong, e.g. {string.Join("; ", wrong.Take(Examples))}");
}
