namespace EntitySync.Tests.Joins.Intake;

/// <summary>
/// A table whose keys are unique at each moment, random changes of it, and its change events on their way through the tasks in any order that the logs
/// allow, with crashes of both kinds of tasks: in the end each key has the row that has it in the table.
/// </summary>
public sealed class IntakeInterleavingTests
{
    private const int Seeds = 600;
    private static readonly string[] Keys = ["a", "b", "c", "d"];

    [Fact]
    public void UniqueKeys_AreWhatTheTableSaysInTheEnd()
    {
        long shared = 0, entities = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var world = new IntakeWorld();
            var table = Run(world, seed);
            world.Last.ShouldBe(table, $"emitted, seed {seed}");
            Keys.ToDictionary(key => key, world.Held).Where(held => held.Value is not null).Select(held => (held.Key, held.Value!.Split(' ')[1])).ShouldBe(
                table.Select(row => (row.Key, row.Value)), ignoreOrder: true, $"held, seed {seed}");
            shared += world.Counts.SharedKeys;
            entities += table.Count;
        }

        shared.ShouldBeGreaterThan(Seeds);
        entities.ShouldBeGreaterThan(Seeds);
    }

    [Fact]
    public void RestartFromTheCompactedTopic_FindsTheSame()
    {
        var held = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var world = new IntakeWorld();
            var random = new Random(seed);
            for (var step = 0; step < 40; step++)
            {
                var id = random.Next(6);
                world.Append(id, random.Next(4) == 0 ? null : Json(id, Keys[random.Next(2)], step)); // shared for good
                while (world.Take(id % IntakeWorld.Partitions))
                {
                }

                if (random.Next(3) > 0) world.Deliver(random.Next(IntakeWorld.Partitions));
                while (world.TakeRoot())
                {
                }
            }

            var before = Keys.Select(world.Held).ToList();
            world.RestartRoot(compacted: seed % 2 == 0);
            Keys.Select(world.Held).ShouldBe(before, $"seed {seed}");
            held += before.Count(row => row is not null);
        }

        held.ShouldBeGreaterThan(Seeds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RowThatComesAgainAfterACrash_IsPassedOver_AlsoWhileAnotherHasItsKey(bool isShared)
    {
        using var world = new IntakeWorld();
        world.Append(1, Json(1, "a", 1));
        world.Append(1, Json(1, "a", 2));
        Drain(world, new Random(1));
        if (isShared) world.Append(2, Json(2, "a", 3));
        Drain(world, new Random(1));
        var emitted = world.Counts.Emitted;
        world.CrashIntake(1);
        Drain(world, new Random(1));

        world.Counts.Emitted.ShouldBe(emitted);
        world.Last.ShouldHaveSingleItem().Value.ShouldBe(isShared ? Json(2, "a", 3) : Json(1, "a", 2));
        world.Logger.Lines[^1].ShouldBe(
            "users-1@0 is passed over: offset 1 of the row is held. After a crash rows come again; but if the topic was made anew, make 'user-root' anew too (1 such since the last line)");
    }

    private static SortedDictionary<string, string> Run(IntakeWorld world, int seed)
    {
        var random = new Random(seed);
        var keyOf = new Dictionary<int, string>();
        var table = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var step = 0; step < 120; step++)
        {
            var partition = random.Next(IntakeWorld.Partitions);
            switch (random.Next(20))
            {
                case < 6: Change(world, random, keyOf, table, step); break;
                case < 11: world.Take(partition); break;
                case < 15: world.Deliver(partition); break;
                case < 17: world.TakeRoot(); break;
                case 17: world.Commit(partition); break;
                case 18: world.CrashIntake(partition); break;
                default: world.RestartRoot(compacted: random.Next(2) == 0); break;
            }
        }

        Drain(world, random);
        return table;
    }

    /// <summary>A row gets a key that no other has, keeps it with other content, or goes.</summary>
    private static void Change(IntakeWorld world, Random random, Dictionary<int, string> keyOf, SortedDictionary<string, string> table, int step)
    {
        var id = random.Next(5);
        if (keyOf.Remove(id, out var old)) table.Remove(old);
        var free = Keys.Where(key => !table.ContainsKey(key)).ToList();
        if (free.Count == 0 || random.Next(4) == 0)
        {
            world.Append(id, null);
            return;
        }

        var key = keyOf[id] = free[random.Next(free.Count)];
        table[key] = Json(id, key, step);
        world.Append(id, table[key]);
    }

    private static void Drain(IntakeWorld world, Random random)
    {
        while (true)
        {
            var first = random.Next(IntakeWorld.Partitions);
            var order = Enumerable.Range(0, IntakeWorld.Partitions).Select(index => (first + index) % IntakeWorld.Partitions).ToList();
            if (order.Exists(world.Deliver) || order.Exists(world.Take) || world.TakeRoot()) continue;
            return;
        }
    }

    private static string Json(int id, string key, int step) => $$"""{"id":{{id}},"email":"{{key}}","n":{{step}}}""";
}
