using EntitySync.Tests.Definitions;

namespace EntitySync.Tests.Local.Commands;

public sealed class ExplainReconciliationTests : IDisposable
{
    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Elements_AreExplained()
    {
        var run = await CommandRun.Of("explain", "order-shipping");

        run.Error.ShouldBeEmpty();
        run.Output.ShouldBe(ShippingPlan + "\nGraph (Mermaid)\n\n" + ShippingGraph);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Mermaid_IsTheGraphOnly() => (await CommandRun.Of("explain", "order-shipping", "--mermaid")).Output.ShouldBe(ShippingGraph);

    [Fact]
    public async Task Amounts_AreExplained()
    {
        var run = await CommandRun.Of("explain", "invoice-payment");

        run.Output[run.Output.IndexOf("Rules", StringComparison.Ordinal)..run.Output.IndexOf("\nWhat a message", StringComparison.Ordinal)].ShouldBe("""
            Rules
              id         invoiceId of invoices, reference of invoice-payments
              piece      told apart by paymentId: one that comes again counts once; adds amount in currency
              complete   when what arrived sums up to total.amount in total.currency
              cancelled  by a message with status one of "cancelled", "credited", or by a tombstone of invoices
              overdue    at dueAt of invoices
              forgotten  P90D after it is complete, cancelled or overdue, or after something arrived that nobody expected
              output     the document of invoices with payments: what arrived (paymentId, amount, currency, paidAt from bookedAt)
              log        invoice-payment ID: 1.00/2.00 payments, open

            """);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task WhatIsLeftOut_IsNotInThePlan()
    {
        var file = _folder.Write("paid.yaml", ReconciliationSamples.Payment.With("deadline:\n  at: dueAt\n", ""));
        var run = await CommandRun.Of("explain", file);

        run.Output.ShouldContain("  cancelled  by a tombstone of invoices\n  overdue    never\n");
        run.Output.ShouldContain("  output     the document of invoices as it came\n");
        run.Output.ShouldNotContain("SweepOverdue");
        run.Output.ShouldNotContain("a deadline:");

        var listed = await CommandRun.Of("explain", _folder.Write("listed.yaml", ReconciliationSamples.Payment));
        listed.Output.ShouldContain("  overdue    at dueAt of invoices; written to no topic, listed by the API\n");
    }

    [Fact]
    public async Task Mistakes_AreTold()
    {
        var run = await CommandRun.Of("explain", _folder.Write("bad.yaml", ReconciliationSamples.Payment.With("at: dueAt", "att: dueAt")));

        run.Output.ShouldBeEmpty();
        run.Error.ShouldContain("Did you mean 'at'?");
        run.Status.ShouldBe(1);
    }

    private const string ShippingPlan = """
        order-shipping: reconciles orders with products-manufactured, to shipping

        Topics
          read      orders                             says what has to arrive
          read      products-manufactured              brings it
          written   shipping                           complete entities, once each
          written   orders-overdue                     overdue entities
          written   order-shipping-dead-letters        messages that could not be used, with the reason

        Parts
          Reconcile: Lambda function
            reads  orders (expected), products-manufactured (arrived)
            writes table reconciliations, order-shipping-dead-letters (bad input)
          SweepOverdue: Lambda function, by schedule
            reads  table reconciliations (index)
            writes table reconciliations
          PublishCompleted: Lambda function
            reads  table reconciliations (stream)
            writes shipping (complete), orders-overdue (overdue)

        Rules
          id         orderId of orders, orderId of products-manufactured
          piece      told apart by productId: one that comes again counts once
          complete   when each value of products[].id has arrived
          cancelled  by a message with status "cancelled", or by a tombstone of orders
          overdue    P2D after the first message of orders
          forgotten  P30D after it is complete, cancelled or overdue, or after something arrived that nobody expected
          output     the document of orders with manufactured: what arrived (productId, manufacturedAt, serialNumber)
          log        order-shipping ID: 1/2 manufactured products, open

        What a message costs
          a batch: one conditional write for each entity in it, whatever the number of its messages (beyond 100 pieces one for each 100), and no read; one more when the entity becomes complete
          a deadline: one query for each part of the index a sweep, and one write for each entity that becomes overdue

        """;

    private const string ShippingGraph = """
        flowchart LR
          t0(["orders"])
          t1(["products-manufactured"])
          t2[("table reconciliations")]
          t3(["order-shipping-dead-letters"])
          t4(["shipping"])
          t5(["orders-overdue"])
          p0["Reconcile<br/>Lambda function"]
          t0 -- expected --> p0
          t1 -- arrived --> p0
          p0 --> t2
          p0 -- bad input --> t3
          p1["SweepOverdue<br/>Lambda function, by schedule"]
          t2 -- index --> p1
          p1 --> t2
          p2["PublishCompleted<br/>Lambda function"]
          t2 -- stream --> p2
          p2 -- complete --> t4
          p2 -- overdue --> t5

        """;
}
