using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Reconciliation;
using EntitySync.Testing;
using static EntitySync.Testing.SampleReconciliationCalls;

namespace EntitySync.IntegrationTests.Reconciliation;

/// <summary>The table in memory stands for DynamoDB in thousands of tests, so both must answer the same, whatever they are asked.</summary>
[Trait("Category", "Integration")]
public sealed class SameTablesTests(LocalPartsFixture parts)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ReconciliationStatus[] Statuses = Enum.GetValues<ReconciliationStatus>();

    [Theory]
    [InlineData(1, 600)]
    [InlineData(20260701, 600)]
    public async Task RandomCalls_AreAnsweredTheSame(int seed, int calls)
    {
        using var client = parts.CreateDynamoDbClient();
        IReconciliationTable real = new DynamoDbReconciliationTable(client, await ReconciliationTables.CreateAsync(client), readsRefused: true);
        IReconciliationTable memory = new InMemoryReconciliationTable(new TestClock());
        var random = new Random(seed);
        var answers = new HashSet<string>();
        for (var call = 0; call < calls; call++)
        {
            var now = Start.AddSeconds(call);
            var ask = Call(random, now);
            var (one, other) = (await ask(real), await ask(memory));
            one.ShouldBe(other, $"seed {seed}, call {call}");
            answers.Add(one.Split(' ') is [var outcome, _, var status, ..] ? $"{outcome} {status}" : one);
        }

        foreach (var status in Statuses) answers.ShouldContain($"written: {status}", $"seed {seed} must reach it");
        foreach (var status in Statuses) answers.ShouldContain($"refused: {status}", $"seed {seed} must reach it");
    }

    private static Func<IReconciliationTable, Task<string>> Call(Random random, DateTimeOffset now)
    {
        var id = $"o-{random.Next(8)}";
        switch (random.Next(10))
        {
            case < 6:
                var update = Update(id, random.Next(3) == 0 ? null : Expected(random, now), now, [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(6)).Distinct().Select(i => Piece($"p-{i}", random.Next(100)))]);
                return async table => Describe(await table.UpdateAsync(update, None));
            case < 8:
                var to = random.Next(4) == 0 ? ReconciliationStatus.Complete : ReconciliationStatus.Overdue;
                var transition = Transition(id, random.Next(4) == 0 ? Statuses[random.Next(5)] : ReconciliationStatus.Open, to, random.Next(2) == 0 ? null : random.Next(1, 9), now);
                return async table => Describe(await table.TransitionAsync(transition, None));
            case 8:
                return async table => "state " + Describe(await table.GetAsync(Entity, id, None));
            default:
                var query = new ReconciliationQuery(Entity, Statuses[random.Next(5)], random.Next(2) == 0 ? null : now.AddMinutes(random.Next(-5, 5)), 100, null);
                return async table => "list: " + string.Join("; ", (await table.ListAsync(query, None)).Items.Select(Describe).Order(StringComparer.Ordinal));
        }
    }

    private static ExpectedChange Expected(Random random, DateTimeOffset now)
    {
        var change = Open(
            random.Next(200),
            $$"""{"n":{{random.Next(100)}}}""",
            random.Next(8) == 0 ? 1 : 0,
            Start.AddSeconds(random.Next(400)),
            random.Next(4) == 0 ? null : now.AddSeconds(random.Next(-60, 60)),
            random.Next(2) == 0,
            [.. Statuses.Where(_ => random.Next(5) > 0).DefaultIfEmpty(ReconciliationStatus.Open)]);
        return random.Next(5) switch
        {
            0 => change with { Status = ReconciliationStatus.Cancelled, Document = random.Next(2) == 0 ? null : change.Document },
            1 => change with { Status = ReconciliationStatus.Overdue, From = [ReconciliationStatus.Overdue] },
            _ => change,
        };
    }
}
