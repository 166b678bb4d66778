using System.Collections.Concurrent;
using System.Text;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Reconciliation;

/// <summary>Invocations that run at the same time on DynamoDB Local, each with all messages in an order of its own, and a table that fails before and after its writes.</summary>
[Trait("Category", "Integration")]
public sealed class ConcurrentReconcileTests(LocalPartsFixture parts)
{
    private const int Orders = 24;
    private const int Products = 5;
    private const int Invocations = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task EveryCompleteOrder_IsMadeCompleteOnce_AndNoOther(int seed)
    {
        using var client = parts.CreateDynamoDbClient();
        var table = new FailingTable(new DynamoDbReconciliationTable(client, await ReconciliationTables.CreateAsync(client), readsRefused: true), seed);
        var writer = new RecordingTopicWriter();
        var batch = new ReconcileBatch(
            new ReconciliationCatalog([SampleReconciliations.OrderShipping()]), table, writer, new TestClock(), NullLogger<ReconcileBatch>.Instance, new ReconcileOptions { Parallel = 4 });

        await Task.WhenAll(Enumerable.Range(0, Invocations).Select(invocation => Task.Run(() => DeliverAsync(batch, new Random((seed * 1000) + invocation)))));

        for (var order = 0; order < Orders; order++)
        {
            var state = (await table.GetAsync("order-shipping", $"o-{order}", CancellationToken.None)).ShouldNotBeNull();
            var isWhole = IsWhole(order);
            (state.Status, state.Arrivals.Count, table.Completed.GetValueOrDefault(state.Id)).ShouldBe(
                isWhole ? (ReconciliationStatus.Complete, Products, 1) : (ReconciliationStatus.Open, Products - 1, 0), $"seed {seed}, {state.Id}");
        }

        table.Failures.ShouldBeGreaterThan(10, "or nothing was tried");
        writer.Written.ShouldBeEmpty("no message is a bad one");
    }

    // Of every sixth order the last product is never made.
    private static bool IsWhole(int order) => order % 6 != 0;

    private static List<(string Topic, EnrichRecord Record)> Messages()
    {
        var messages = new List<(string, EnrichRecord)>();
        for (var order = 0; order < Orders; order++)
        {
            var products = string.Join(',', Enumerable.Range(0, Products).Select(product => $$"""{"id":"p-{{product}}"}"""));
            messages.Add(("orders", Record(order, $$"""{"orderId":"o-{{order}}","products":[{{products}}]}""")));
            for (var product = 0; product < (IsWhole(order) ? Products : Products - 1); product++)
                messages.Add(("products-manufactured", Record((order * Products) + product, $$"""{"orderId":"o-{{order}}","productId":"p-{{product}}"}""")));
        }

        return messages;
    }

    private static EnrichRecord Record(long offset, string value) =>
        new(offset, null, Encoding.UTF8.GetBytes(value), [], null, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(offset));

    // A batch with anything left is delivered again as a whole, as its event source would at the latest after a crash.
    private static async Task DeliverAsync(ReconcileBatch batch, Random random)
    {
        var messages = Messages().ToArray();
        random.Shuffle(messages);
        foreach (var chunk in messages.Chunk(9))
        {
            var partitions = chunk.GroupBy(message => message.Topic).Select(group => new PartitionRecords(group.Key, 0, [.. group.Select(message => message.Record).OrderBy(record => record.Offset)])).ToList();
            var attempts = 0;
            while ((await batch.RunAsync(partitions, () => TimeSpan.FromMinutes(5), CancellationToken.None)).ComeAgain.Count > 0) (++attempts).ShouldBeLessThan(1000); // nine writes of which one in four fails: one attempt in thirteen is whole
        }
    }

    /// <summary>Fails one write in four, half of these after it was made: the answer is lost.</summary>
    private sealed class FailingTable(IReconciliationTable inner, int seed) : IReconciliationTable
    {
        private readonly Random _random = new(seed);
        private int _failures;

        public ConcurrentDictionary<string, int> Completed { get; } = new();

        public int Failures => Volatile.Read(ref _failures);

        public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) => AroundAsync(() => inner.UpdateAsync(update, cancellationToken));

        public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken) => AroundAsync(async () =>
        {
            var result = await inner.TransitionAsync(transition, cancellationToken);
            if (result.IsWritten) Completed.AddOrUpdate(transition.Id, 1, (_, count) => count + 1);
            return result;
        });

        public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => inner.GetAsync(entity, id, cancellationToken);

        public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

        private async Task<UpdateResult> AroundAsync(Func<Task<UpdateResult>> write)
        {
            int chance;
            lock (_random) chance = _random.Next(8);
            if (chance == 0) throw Failure("before");
            var result = await write();
            return chance == 1 ? throw Failure("after") : result;
        }

        private TransientException Failure(string when)
        {
            Interlocked.Increment(ref _failures);
            return new TransientException($"the test fails this call {when} its write");
        }
    }
}
