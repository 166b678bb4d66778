using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Reconciliation;

public sealed class CompletionPublisherTests
{
    [Fact]
    public async Task CompleteOrder_IsWrittenAsItCameWithItsProductsInTheOrderItExpectsThem()
    {
        var rig = new ReconciliationRig();
        await rig.RunAsync(
            rig.Next("orders", "o-1", """{ "orderId": "o-1", "manufactured": 1, "products": [{"id": "p2"}, {"id": "p1"}], "to": "Łódź" }"""),
            rig.Product("o-1", "p1"), rig.Product("o-1", "p7"), rig.Product("o-1", "p2"));

        (await rig.PublishAsync()).ShouldBe([PublicationOutcome.Written]);
        (await rig.PublishAsync()).ShouldBe([PublicationOutcome.Written]);
        var record = "o-1 " + """{"orderId": "o-1","products": [{"id": "p2"}, {"id": "p1"}],"to": "Łódź","manufactured":[{"orderId":"o-1","productId":"p2"},{"orderId":"o-1","productId":"p1"}]}""" + " order-shipping/o-1@2";
        rig.Published("shipping").ShouldBe([record, record]);
    }

    [Fact]
    public async Task WithoutEmbed_TheMessageIsWrittenByteForByte()
    {
        var definition = SampleReconciliations.OrderShipping();
        var rig = new ReconciliationRig(orders: definition with { Output = definition.Output with { Embed = null }, OverdueTopic = null });
        const string order = """{ "orderId": "o-1", "products": [{"id": "p1"}] }""";
        await rig.RunAsync(rig.Next("orders", "o-1", order), rig.Order("o-2", "p1"), rig.Product("o-1", "p1"));
        rig.Clock.Advance(TimeSpan.FromDays(3));
        await rig.SweepAsync();

        (await rig.PublishAsync()).ShouldBe([PublicationOutcome.Written, PublicationOutcome.Nothing]);
        rig.Published("shipping").ShouldBe([$"o-1 {order} order-shipping/o-1@2"]);
        rig.Writer.Written.Count.ShouldBe(1);
    }

    [Fact]
    public async Task FailedRecord_FailsAlone()
    {
        var rig = new ReconciliationRig();
        await rig.RunAsync(rig.Order("o-1", "p1"), rig.Order("o-2", "p1"), rig.Order("o-3", "p1"), rig.Product("o-1", "p1"), rig.Product("o-2", "p1"), rig.Product("o-3", "p1"));
        rig.Writer.Answer = record => new WriteResult(Encoding.UTF8.GetString(record.Key!.Value.Span) == "o-2" ? WriteOutcome.Failed : WriteOutcome.Written, "no broker");
        (await rig.PublishAsync()).ShouldBe([PublicationOutcome.Written, PublicationOutcome.Failed, PublicationOutcome.Written]);
    }

    [Fact]
    public async Task RefusedRecord_GoesToTheDeadLetterTopic()
    {
        var rig = new ReconciliationRig();
        await rig.RunAsync(rig.Order("o-1", "p1"), rig.Product("o-1", "p1"));
        rig.Writer.Answer = record => new WriteResult(record.Topic == "shipping" ? WriteOutcome.Refused : WriteOutcome.Written, "too large");
        (await rig.PublishAsync()).ShouldBe([PublicationOutcome.DeadLettered]);
        rig.DeadLetters.ShouldBe(["orders-0@0: topic 'shipping' refuses the record of 94 bytes: too large"]);
        ReconciliationRig.Header(rig.Writer.Written.Single(), HeaderNames.Transition).ShouldBe("order-shipping/o-1@2");
    }

    [Fact]
    public async Task TransitionOfAnUnknownReconciliation_ComesAgain()
    {
        var rig = new ReconciliationRig();
        await rig.RunAsync(rig.Order("o-1", "p1"), rig.Product("o-1", "p1"));
        var publisher = new CompletionPublisher(new ReconciliationCatalog([]), rig.Writer, Microsoft.Extensions.Logging.Abstractions.NullLogger<CompletionPublisher>.Instance);
        (await publisher.PublishAsync(rig.Transitions, CancellationToken.None)).ShouldBe([PublicationOutcome.Failed]);
    }
}
