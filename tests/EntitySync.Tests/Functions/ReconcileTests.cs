using System.Text;
using Amazon.Lambda.KafkaEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using EntitySync.Functions;
using EntitySync.Tests.Reconciliation;

namespace EntitySync.Tests.Functions;

/// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
public sealed class ReconcileTests
{
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    [Fact]
    public async Task RealEvent_IsReconciled_AndBadMessagesAreDeadLettered()
    {
        var rig = new ReconciliationRig();
        (await InvokeAsync(rig, await EventAsync())).ShouldBe("""{"batchItemFailures":[]}""");

        rig.Table.Items.Select(item => item.Id).ShouldBe(["o-1", "o-3", "o-4"]);
        rig.State("o-1").ShouldBe("complete v2: p-1 p-2; expected at 41");
        rig.State("o-3").ShouldBe("waiting v1: p-1; expected at -");
        rig.State("o-4").ShouldBe("cancelled v1: ; expected at 43");
        rig.Table.Find("order-shipping", "o-1")!.DueAt.ShouldBe(new DateTimeOffset(2026, 1, 3, 0, 0, 0, 3, TimeSpan.Zero), "two days after the record's timestamp");
        rig.DeadLetters.Order(StringComparer.Ordinal).Select(letter => letter.Split(':')[0]).ShouldBe(["orders-0@42", "products-manufactured-2@8"]);
        rig.DeadLetters.ShouldContain("orders-0@42: the key in the event is not base64");
        (rig.Table.Writes, rig.Table.Reads).ShouldBe((4, 0));
    }

    [Fact]
    public async Task SameEventTwice_ChangesNothingMore()
    {
        var rig = new ReconciliationRig();
        await InvokeAsync(rig, await EventAsync());
        (await InvokeAsync(rig, await EventAsync())).ShouldBe("""{"batchItemFailures":[]}""");
        rig.State("o-1").ShouldStartWith("complete ");
        rig.Transitions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task FailedEntity_ResponseNamesEachOfItsPartitions()
    {
        var rig = new ReconciliationRig(table: inner => new FailingOrder(inner));
        (await InvokeAsync(rig, await EventAsync())).ShouldBe(
            """{"batchItemFailures":[{"itemIdentifier":{"partition":"products-manufactured-2","offset":7}},{"itemIdentifier":{"partition":"orders-0","offset":41}},{"itemIdentifier":{"partition":"products-manufactured-0","offset":9007199254740993}}]}""",
            StringCompareShould.IgnoreLineEndings);
        rig.State("o-3").ShouldBe("waiting v1: p-1; expected at -", "others go on");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"eventSource":"aws:kafka","records":{}}""")]
    [InlineData("""{"eventSource":"aws:kafka","records":{"orders-0":[]}}""")]
    public async Task EmptyEvent_EmptyResponse(string json) => (await InvokeAsync(new ReconciliationRig(), json)).ShouldBe("""{"batchItemFailures":[]}""");

    private static Task<string> EventAsync() => File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Functions", "Events", "reconcile.json"));

    private async Task<string> InvokeAsync(ReconciliationRig rig, string json)
    {
        using var request = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var response = await new Reconcile(rig.Batch).HandleAsync(_serializer.Deserialize<KafkaEvent>(request), new TestLambdaContext { RemainingTime = TimeSpan.FromMinutes(1) });
        using var written = new MemoryStream();
        _serializer.Serialize(response, written);
        return Encoding.UTF8.GetString(written.ToArray());
    }

    private sealed class FailingOrder(IReconciliationTable inner) : IReconciliationTable
    {
        public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) =>
            update.Id == "o-1" ? throw new TransientException("throttled") : inner.UpdateAsync(update, cancellationToken);

        public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken) => inner.TransitionAsync(transition, cancellationToken);

        public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => inner.GetAsync(entity, id, cancellationToken);

        public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);
    }
}
