using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Reconciliation;
using EntitySync.Testing;
using EntitySync.Tests.Reconciliation.Model;
using static EntitySync.Testing.SampleReconciliationCalls;

namespace EntitySync.IntegrationTests.Reconciliation;

/// <summary>
/// A sample of the runs that the model check goes through, on DynamoDB Local: each call of the table is made there as well, in the order that the run decides, and is answered as in memory;
/// the model's invariants are checked as it goes.
/// </summary>
[Trait("Category", "Integration")]
public sealed class ModelSampleTests(LocalPartsFixture parts)
{
    private static readonly string[] Orders = ["E12 P1 P2", "E12 E1 P1", "E1 C P1", "E1 P1 P1", "E1 E1 P1", "P1 E1 E12"];

    [Theory]
    [InlineData(1, 40)]
    [InlineData(20261121, 40)]
    public async Task RandomRuns_AreAnsweredAsInMemory(int seed, int runs)
    {
        using var client = parts.CreateDynamoDbClient();
        var random = new Random(seed);
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var run = 0; run < runs; run++)
        {
            var name = await ReconciliationTables.CreateAsync(client);
            var real = new DynamoDbReconciliationTable(client, name, readsRefused: true);
            var script = new Script(Orders[random.Next(Orders.Length)], Orders[random.Next(Orders.Length)]);
            WithoutContext(() => Run(script, new ModelParts { Calls = memory => new Mirror(memory, real, answers) }, random));
            await client.DeleteTableAsync(name);
        }

        answers.Keys.ShouldBe(["listed", "update refused", "update written", "transition refused", "transition written"], ignoreOrder: true);
    }

    private static void Run(Script script, ModelParts parts, Random random)
    {
        var run = new ModelRun(script, new ModelOptions(Abandons: 1, Failures: 1, Sweeps: 1), parts);
        while (run.Choices() is { Count: > 0 } choices) run.Take(choices[random.Next(choices.Count)]);
    }

    // What awaits a call goes on inside it, on this thread.
    private static void WithoutContext(Action action)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Asks both tables and expects one answer.</summary>
    private sealed class Mirror(IReconciliationTable memory, IReconciliationTable real, SortedDictionary<string, int> answers) : IReconciliationTable
    {
        public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) =>
            Both("update", table => table.UpdateAsync(update, cancellationToken));

        public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken) =>
            Both("transition", table => table.TransitionAsync(transition, cancellationToken));

        public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => throw new NotSupportedException("nothing is read");

        public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken)
        {
            var (one, other) = (Done(memory.ListAsync(query, cancellationToken)), Done(real.ListAsync(query, cancellationToken)));
            Entries(other).ShouldBe(Entries(one));
            Count("listed");
            return Task.FromResult(one);
        }

        private Task<UpdateResult> Both(string name, Func<IReconciliationTable, Task<UpdateResult>> call)
        {
            var (one, other) = (Done(call(memory)), Done(call(real)));
            Describe(other).ShouldBe(Describe(one));
            Count($"{name} {(one.IsWritten ? "written" : "refused")}");
            return Task.FromResult(one);
        }

        private static IEnumerable<string> Entries(ReconciliationPage page) => page.Items.Select(Describe).Order(StringComparer.Ordinal);

        // The model is on one thread: the call is over before the next step.
        private static T Done<T>(Task<T> call) => call.GetAwaiter().GetResult();

        private void Count(string answer) => answers[answer] = answers.GetValueOrDefault(answer) + 1;
    }
}
