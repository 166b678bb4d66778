namespace EntitySync.Tests.Local.Commands;

public sealed class ExplainReadModelTests
{
    [Fact]
    public async Task ReadModel_IsExplained()
    {
        var run = await CommandRun.Of("explain", "orders-search");

        run.Error.ShouldBeEmpty();
        run.Output.ShouldBe(SearchPlan + "\nGraph (Mermaid)\n\n" + SearchGraph);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Mermaid_IsTheGraphOnly() => (await CommandRun.Of("explain", "orders-search", "--mermaid")).Output.ShouldBe(SearchGraph);

    [Fact]
    public async Task WhatIsLeftOut_IsNotInThePlan()
    {
        var run = await CommandRun.Of("explain", "orders-reporting");

        run.Output.ShouldContain("  read      order-payments                     events of the row { template: \"{day}/{region}\" }, in the order of bookedAt, told apart by paymentId\n");
        run.Output.ShouldContain("    every one: sets day, region; adds 1 to payments, amount to paid\n");
        run.Output.ShouldNotContain("an output:");
        run.Output.ShouldNotContain("size:");
        run.Output.ShouldNotContain("deletes the row");
        run.Output.ShouldNotContain("deleted rows");
    }

    [Fact]
    public async Task Feed_IsExplained()
    {
        var run = await CommandRun.Of("explain", "items-feed");

        run.Output.ShouldBe(FeedPlan);
        run.Status.ShouldBe(0);
    }

    private const string SearchPlan = """
        orders-search: keeps a table of order-events, order-payments

        Topics
          read      order-events                       events of the row orderId, in the order of at, told apart by eventId; a tombstone deletes the row
          read      order-payments                     events of the row orderId, in the order of bookedAt, told apart by paymentId
          written   orders-search-rows                 changed rows, a tombstone for a deleted one; not by a rebuild
          written   orders-search-dead-letters         events that could not be used, with the reason

        Parts
          ProjectReadModel: Lambda function
            reads  order-events, order-payments, table read-models (versions)
            writes table read-model-orders-search-vN, orders-search-dead-letters (bad input), orders-search-rows (changed rows)
          FillReadModel: Lambda function, of the state machine rebuild-read-model
            reads  order-events (from the beginning), order-payments (from the beginning)
            writes table read-model-orders-search-vN, table read-models (checkpoints)
          ReadModelApi: Lambda function
            reads  table read-models (alias), table read-model-orders-search-vN

        Table read-model-orders-search-vN, made by the functions, one for each version N
          field     customer             newest value, from order-events
          field     placedAt             newest value, from order-events
          field     total                newest value, from order-events
          field     status               goes forward only: Placed, Processed, Shipped, Delivered, Cancelled, from order-events
          field     carrier              newest value, from order-events
          field     history              list of the newest 50, from order-events
          field     paid                 sum, from order-payments
          field     payments             sum, from order-payments
          index     byStatus             rows of one status, by placedAt: GET .../?index=byStatus&key=...
          index     byCustomer           rows of one customer, by total (a number): GET .../?index=byCustomer&key=...
          deleted rows are remembered for P30D

        Events
          order-events
            with type "OrderPlaced": replaces customer from customer.name, placedAt from at, total, status
            with type one of "OrderProcessed", "OrderShipped", "OrderDelivered", "OrderCancelled": sets status, carrier
            every one: appends to history (what from type, at)
            with type "OrderDeleted": deletes the row and does nothing else
          order-payments
            every one: adds amount to paid, 1 to payments

        What an event costs
          a batch: one read and one conditional write for each row in it, whatever the number of the row's events; twice that while a rebuild fills another version, or one is kept for a rollback
          an index: one more write each time the row changes (2 in all)
          an output: one read and one record for each row of a batch
          size: the newest 50 elements of a list are kept for each partition they came from, all in the row's item of 400 KB at most

        """;

    private const string SearchGraph = """
        flowchart LR
          t0(["order-events"])
          t1(["order-payments"])
          t2[("table read-models")]
          t3[("table read-model-orders-search-vN")]
          t4(["orders-search-dead-letters"])
          t5(["orders-search-rows"])
          p0["ProjectReadModel<br/>Lambda function"]
          t0 --> p0
          t1 --> p0
          t2 -- versions --> p0
          p0 --> t3
          p0 -- bad input --> t4
          p0 -- changed rows --> t5
          p1["FillReadModel<br/>Lambda function, of the state machine rebuild-read-model"]
          t0 -- from the beginning --> p1
          t1 -- from the beginning --> p1
          p1 --> t3
          p1 -- checkpoints --> t2
          p2["ReadModelApi<br/>Lambda function"]
          t2 -- alias --> p2
          t3 --> p2

        """;

    private const string FeedPlan = """
        items-merged: serves items-merged as an Atom feed, "Items with their delivery times"

        Parts
          Feed: Lambda function
            reads  items-merged, table feeds (pages)
            writes table feeds (full pages)

        Pages
          newest    GET /feeds/items-merged: what is on no full page yet; caches keep it for seconds
          archive   GET /feeds/items-merged/N: 100 entries, the same for ever; caches keep it for a year
          entry     GET /feeds/items-merged/entries/PARTITION/OFFSET: the value of one record

        What a request costs
          a full page: one read of the table of pages and the records of the page, unless a cache has it
          the newest page: one read of the table and its records; when pages became full one write, however many they are

        Graph (Mermaid)

        flowchart LR
          t0(["items-merged"])
          t1[("table feeds")]
          p0["Feed<br/>Lambda function"]
          t0 --> p0
          t1 -- pages --> p0
          p0 -- full pages --> t1

        """;
}
