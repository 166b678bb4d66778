using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;
using EntitySync.Tests.Joins.Debezium;

namespace EntitySync.Tests.Joins.Intake;

/// <summary>
/// The same random rows as change events under their primary key and as plain JSON under the entity's key give the same outputs of each key, byte for byte. With
/// restarts, repetitions aside: a task does not remember its last outputs over one.
/// </summary>
public sealed class RootEqualityTests
{
    private static readonly string[] Emails = ["a@x", "é@x", "c\"x", "4"];
    private static readonly string[] Plans = ["gold", "tin", "none"];

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void PlainRowsAndChangeEvents_GiveTheSameOutputs(Strategy strategy)
    {
        var emitted = 0;
        for (var seed = 1; seed <= 100; seed++) emitted += Run(strategy, seed);
        emitted.ShouldBeGreaterThan(3000);
    }

    private static int Run(Strategy strategy, int seed)
    {
        var random = new Random(seed);
        var definition = UserTable.Definition(strategy);
        var restarts = seed % 2 == 0;
        using var debezium = new TopologyDriver(definition, 1 + random.Next(3));
        using var plain = new TopologyDriver(definition with { Root = definition.Root with { Format = DocumentFormat.Json } }, debezium.Partitions);
        var rows = new Dictionary<int, (string Email, string Json)>();
        for (var step = 0; step < 60; step++)
        {
            var what = random.Next(20);
            if (what < 5) Plan(random, plain, debezium);
            else if (what < 7) Replay(random, step, plain, debezium);
            else if (what == 19 && restarts) Restart(plain, debezium);
            else Change(random, step, rows, plain, debezium);
            Written(debezium, !restarts).ShouldBe(Written(plain, !restarts), $"{strategy}, seed {seed}, step {step}");
        }

        debezium.DeadLetters().ShouldBeEmpty();
        return plain.Outputs.Count;
    }

    private static void Change(Random random, int step, Dictionary<int, (string Email, string Json)> rows, TopologyDriver plain, TopologyDriver debezium)
    {
        var events = new ChangeEvents(random.Next(2) == 0 ? "mysql" : "postgresql", random.Next(2) == 0);
        var id = random.Next(5);
        var partition = id % debezium.Partitions;
        var wasThere = rows.Remove(id, out var before);
        var free = Emails.Where(email => rows.Values.All(row => row.Email != email)).ToList();
        if (free.Count == 0 || random.Next(4) == 0)
        {
            if (!wasThere) return;
            plain.Root(before.Email, null);
            debezium.Change(events, id, random.Next(3) == 0 ? events.Flat(before.Json, isDeleted: true) : events.Delete(before.Json), partition);
            if (random.Next(3) > 0) debezium.Change(events, id, null, partition);
            return;
        }

        var email = wasThere && random.Next(2) == 0 ? before.Email : free[random.Next(free.Count)];
        var text = email == "4" && random.Next(2) == 0 ? email : $"\"{email.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        var json = $$"""{"id":{{id}},"email":{{text}},"plan":"{{Plans[random.Next(Plans.Length)]}}","n":{{step}} }""";
        rows[id] = (email, json);
        plain.Root(email, json);
        if (wasThere && before.Email != email) plain.Root(before.Email, null);
        debezium.Change(events, id, wasThere ? events.Update(json, before.Json) : random.Next(2) == 0 ? events.Insert(json) : events.Snapshot(json), partition);
    }

    private static void Plan(Random random, TopologyDriver plain, TopologyDriver debezium)
    {
        var name = Plans[random.Next(2)];
        var json = random.Next(4) == 0 ? null : $$"""{"name":"{{name}}","price":{{random.Next(3)}}}""";
        plain.Pipe(UserTable.Plans, name, json);
        debezium.Pipe(UserTable.Plans, name, json);
    }

    private static void Replay(Random random, int step, TopologyDriver plain, TopologyDriver debezium)
    {
        var key = Emails[random.Next(Emails.Length)];
        var message = $$"""{"replayId":"r{{step}}","causes":[]}""";
        plain.Replay(key, message);
        debezium.Replay(key, message);
    }

    private static void Restart(TopologyDriver plain, TopologyDriver debezium)
    {
        plain.Restart();
        debezium.Restart();
    }

    /// <summary>What was emitted of each key, in its order.</summary>
    private static List<string> Written(TopologyDriver driver, bool withRepetitions)
    {
        var byKey = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var record in driver.Outputs)
        {
            var key = UserTable.Text(record.Key);
            var all = byKey.TryGetValue(key, out var known) ? known : byKey[key] = [];
            var value = UserTable.Text(record.Value);
            if (withRepetitions || all.Count == 0 || all[^1] != value) all.Add(value);
        }

        return [.. byKey.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.Select(value => $"{pair.Key} {value}"))];
    }
}
