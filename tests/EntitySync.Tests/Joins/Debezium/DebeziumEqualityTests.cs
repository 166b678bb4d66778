using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins.Debezium;

/// <summary>
/// The same random rows as plain JSON and as change events give the same outputs, in the same order, byte for byte and with the same headers. With restarts,
/// repetitions aside: a task does not remember its last outputs over one, and a row that is said again in another form may make it say them again.
/// </summary>
public sealed class DebeziumEqualityTests
{
    private const string Topic = "classes";
    private static readonly string[] Names = ["a", "b", "é", "3"];

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void PlainRowsAndChangeEvents_GiveTheSameOutputs(Strategy strategy)
    {
        var emitted = 0;
        for (var seed = 1; seed <= 150; seed++) emitted += Run(strategy, seed);
        emitted.ShouldBeGreaterThan(5000);
    }

    private static int Run(Strategy strategy, int seed)
    {
        var random = new Random(seed);
        var definition = Definition(random, strategy);
        var restarts = seed % 2 == 0;
        var partitions = 1 + random.Next(3);
        using var plain = new TopologyDriver(definition, partitions);
        using var debezium = new TopologyDriver(definition with { Relations = [definition.Relations[0] with { Format = DocumentFormat.Debezium }] }, partitions);
        var rows = new Dictionary<int, string>();
        for (var step = 0; step < 60; step++)
        {
            var what = random.Next(20);
            if (what < 7) Root(random, plain, debezium);
            else if (what == 19 && restarts) Restart(plain, debezium);
            else Change(random, rows, plain, debezium);
            Written(debezium, !restarts).ShouldBe(Written(plain, !restarts), $"{strategy}, seed {seed}, step {step}");
        }

        return plain.Outputs.Count;
    }

    private static void Root(Random random, TopologyDriver plain, TopologyDriver debezium)
    {
        var key = $"k{random.Next(4)}";
        var names = string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\""));
        var json = random.Next(6) == 0 ? null : $$"""{"sku":"{{key}}","classes":[{{names}}],"v":{{random.Next(100)}}}""";
        plain.Root(key, json);
        debezium.Root(key, json);
    }

    private static void Restart(TopologyDriver plain, TopologyDriver debezium)
    {
        plain.Restart();
        debezium.Restart();
    }

    private static void Change(Random random, Dictionary<int, string> rows, TopologyDriver plain, TopologyDriver debezium)
    {
        var events = new ChangeEvents(random.Next(2) == 0 ? "mysql" : "postgresql", random.Next(2) == 0);
        var id = random.Next(5);
        var before = rows.GetValueOrDefault(id);
        if (random.Next(4) == 0) debezium.Pipe(Topic, """{"serverName":"shop"}""", events.Heartbeat());
        if (random.Next(3) == 0)
        {
            rows.Remove(id);
            plain.Pipe(Topic, $"{id}", null);
            if (before is not null) Send(random.Next(3) == 0 ? events.Flat(before, isDeleted: true) : events.Delete(random.Next(2) == 0 ? before : "null"));
            if (before is null || random.Next(3) > 0) Send(null); // tombstones.on.delete
            return;
        }

        var name = random.Next(6) == 0 ? "null" : $"\"{Names[random.Next(Names.Length)]}\"";
        var row = rows[id] = $$"""{"id":{{id}},"name":{{name}},"n":{{random.Next(4)}} }""";
        plain.Pipe(Topic, $"{id}", row);
        Send(random.Next(5) switch
        {
            0 => events.Flat(row, isDeleted: false),
            1 => events.Snapshot(row),
            _ when before is null => events.Insert(row),
            var one => events.Update(row, one == 2 ? before : "null"),
        });

        void Send(string? value) => debezium.Pipe(Topic, events.Key($$"""{"id":{{id}}}"""), value, partition: id % debezium.Partitions);
    }

    private static EntityDefinition Definition(Random random, Strategy strategy)
    {
        var many = random.Next(2) == 0;
        var relation = new RelationDefinition
        {
            Name = "class",
            From = Topic,
            Key = KeyDefinition.Of(SampleDefinitions.Path("name")),
            Match = KeyDefinition.Of(SampleDefinitions.Path("classes[]")),
            Many = many,
            Pick = many ? null : new PickDefinition((PickOrder)random.Next(3), SampleDefinitions.Path("n")),
            Embed = new EmbedDefinition("class", [new FieldMapping("id", SampleDefinitions.Path("id")), new FieldMapping("n", SampleDefinitions.Path("n"))]),
            Strategy = strategy,
        };
        return SampleDefinitions.Item() with { Relations = [relation], Replay = null };
    }

    private static List<string> Written(TopologyDriver driver, bool withRepetitions)
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        var all = new List<string>();
        foreach (var record in driver.Outputs)
        {
            var text = $"{record.Topic} {Text(record.Key)} {Text(record.Value)} {string.Join(' ', record.Headers.Select(header => $"{header.Name}={Text(header.Value)}"))}";
            if (withRepetitions || last.GetValueOrDefault(Text(record.Key)) != text) all.Add(text);
            last[Text(record.Key)] = text;
        }

        return all;
    }

    private static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } text ? Encoding.UTF8.GetString(text.Span) : "none";
}
