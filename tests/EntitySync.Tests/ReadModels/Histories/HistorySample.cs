using System.Globalization;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Testing;

namespace EntitySync.Tests.ReadModels.Histories;

/// <summary>
/// A random history: two topics of three partitions, with events of few rows in all of them, few different times, times that go back, gaps between offsets, deletions, tombstones,
/// values that are absent or null, and events that fit no rule or cannot be used.
/// </summary>
internal sealed class HistorySample
{
    public const int Partitions = 3;

    public static readonly ReadModelDefinition WithDeletes = Load("""
        kind: read-model
        readModel: rows
        topics:
          first:
            key: id
            time: at
            tombstones: delete
            events:
              - where: { type: replace }
                replace: { one: x, two: y, status: s }
              - where: { type: [replace, set] }
                set: { three: z, four: { from: x, default: none } }
              - where: { type: [set, append] }
                append: { tags: { from: x, limit: 3 }, log: { fields: { what: type, at: at, y: y }, limit: 4 } }
              - where: { type: [add, set] }
                increment: { sum: { from: n, default: 0 }, count: 1 }
              - where: { type: state }
                set: { status: s }
              - where: { type: [delete, reset] }
                delete: true
              - where: { type: reset }
                set: { one: x }
          second:
            key: { template: "{id}" }
            events:
              - where: { type: [set, state] }
                set: { one: x, three: z, status: s }
              - where: { type: append }
                append: { tags: { from: y, limit: 3 } }
              - where: { type: add }
                increment: { sum: n }
              - where: { type: delete }
                delete: true
        states: { status: [new, paid, sent, gone] }
        """);

    public static readonly ReadModelDefinition WithoutDeletes = Load("""
        kind: read-model
        readModel: rows
        topics:
          first:
            key: id
            time: at
            events:
              - where: { type: [replace, delete] }
                replace: { one: x, two: y }
              - append: { log: { fields: { what: type, at: at }, limit: 4 } }
                increment: { sum: { from: n, default: 0 }, count: 1 }
          second:
            key: id
            events:
              - increment: { sum: { from: n, default: 0.25 } }
                set: { two: x, status: s }
        states: { status: [new, paid, sent, gone] }
        """);

    public static readonly ReadModelDefinition WithIds = Load("""
        kind: read-model
        readModel: rows
        topics:
          first:
            key: id
            id: e
            time: at
            tombstones: delete
            events:
              - append: { log: { fields: { what: type, at: at }, limit: 4 } }
                increment: { sum: { from: n, default: 0 }, count: 1 }
                set: { one: x }
              - where: { type: [delete, reset] }
                delete: true
          second:
            key: id
            id: e
            events:
              - increment: { sum: { from: n, default: 0.25 } }
                append: { log: { from: y, limit: 4 } }
        """);

    public static readonly ReadModelDefinition WithIdsWithoutDeletes = Load("""
        kind: read-model
        readModel: rows
        topics:
          first:
            key: id
            id: e
            events:
              - append: { log: { from: x, limit: 4 } }
                increment: { count: 1 }
          second:
            key: id
            events:
              - increment: { count: 1, sum: { from: n, default: 1 } }
        """);

    private static readonly ReadModelDefinition[] All = [WithDeletes, WithDeletes, WithDeletes, WithoutDeletes, WithIds, WithIdsWithoutDeletes];
    private static readonly string[] Types = ["replace", "set", "append", "add", "state", "delete", "reset", "other"];
    private static readonly string[] Values = ["null", "1", "1.50", "\"a\"", "\"\\u00e9\"", "true", "[1, 2]", "{ \"deep\": 1 }"];

    public HistorySample(int seed)
    {
        var random = new Random(seed);
        Seed = seed;
        Definition = All[random.Next(All.Length)];
        var types = Types.Where(type => random.Next(3) > 0 || type == "set").ToArray(); // some histories are all of one kind
        var times = random.Next(2, 30);
        foreach (var topic in Definition.Topics)
        {
            for (var partition = 0; partition < Partitions; partition++) Lanes.Add((topic.Topic, partition), []);
        }

        var rows = random.Next(1, 4);
        for (var events = random.Next(5, 60); events > 0; events--)
        {
            var lane = Lanes.Values.ElementAt(random.Next(random.Next(1, Lanes.Count + 1)));
            var offset = lane.Count == 0 ? random.Next(3) : lane[^1].Offset + 1 + (random.Next(4) == 0 ? random.Next(5) : 0);
            lane.Add(Record(random, offset, $"r{random.Next(rows)}", types[random.Next(types.Length)], random.Next(times)));
        }
    }

    public int Seed { get; }

    public ReadModelDefinition Definition { get; }

    /// <summary>Copies are known as long as their increments are kept as single events.</summary>
    public bool HasIds => Definition.Topics.Any(topic => topic.Id is not null);

    /// <summary>Records of each partition, by offset.</summary>
    public Dictionary<(string Topic, int Partition), List<EnrichRecord>> Lanes { get; } = [];

    /// <summary>The rows that all of it makes.</summary>
    public SortedDictionary<string, string> Expected(int amountsOfALane, NaiveMistake mistake = NaiveMistake.None, IEnumerable<(string Topic, int Partition, EnrichRecord Record)>? arrived = null)
    {
        var naive = new NaiveReadModel(Definition, amountsOfALane, mistake);
        foreach (var (topic, partition, record) in arrived ?? Lanes.SelectMany(lane => lane.Value.Select(record => (lane.Key.Topic, lane.Key.Partition, record)))) naive.Add(topic, partition, record);
        return naive.Documents();
    }

    public override string ToString()
    {
        var text = new StringBuilder($"seed {Seed}");
        foreach (var ((topic, partition), records) in Lanes)
        {
            foreach (var record in records) text.AppendLine().Append(CultureInfo.InvariantCulture, $"{topic}-{partition}@{record.Offset} {record.Timestamp.ToUnixTimeMilliseconds()} {Text(record.Value) ?? $"tombstone of {Text(record.Key)}"}");
        }

        return text.ToString();
    }

    private static EnrichRecord Record(Random random, long offset, string row, string type, long time)
    {
        var isTombstone = type == "delete" && random.Next(3) == 0;
        var json = new StringBuilder($$"""{"id":"{{row}}","type":"{{type}}","at":{{time}},"e":"{{random.Next(12)}}" """.TrimEnd());
        if (random.Next(4) > 0) json.Append(CultureInfo.InvariantCulture, $",\"x\":{Values[random.Next(Values.Length)]}");
        if (random.Next(3) > 0) json.Append(CultureInfo.InvariantCulture, $", \"y\": {Values[random.Next(Values.Length)]}");
        if (random.Next(2) > 0) json.Append(CultureInfo.InvariantCulture, $",\"z\":{Values[random.Next(Values.Length)]}");
        if (random.Next(3) > 0) json.Append(CultureInfo.InvariantCulture, $",\"n\":{random.Next(-50, 200) / 4m}");
        if (random.Next(3) > 0) json.Append(CultureInfo.InvariantCulture, $",\"s\":\"{(random.Next(15) == 0 ? "unknown" : WithDeletes.States[0].Order[random.Next(4)])}\"");
        json.Append('}');
        return new EnrichRecord(offset, Encoding.UTF8.GetBytes(row), isTombstone ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(json.ToString()), [], null, DateTimeOffset.FromUnixTimeMilliseconds(time));
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } known ? Encoding.UTF8.GetString(known.Span) : null;

    private static ReadModelDefinition Load(string text)
    {
        var result = DefinitionLoader.LoadText(text, "rows.yaml");
        result.Problems.ShouldBeEmpty();
        return result.ReadModels.Single();
    }
}
