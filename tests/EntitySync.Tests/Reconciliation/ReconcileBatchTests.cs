using EntitySync.Core.Reconciliation;

namespace EntitySync.Tests.Reconciliation;

public sealed class ReconcileBatchTests
{
    private readonly ReconciliationRig _rig = new();

    [Fact]
    public async Task FiveProductsInOneBatch_CostTwoWritesAndNoReads()
    {
        await _rig.RunAsync([_rig.Order("o-1", "p1", "p2", "p3", "p4", "p5"), .. Products("o-1", 5)]);

        _rig.State("o-1").ShouldBe("complete v2: p1 p2 p3 p4 p5; expected at 0");
        (_rig.Table.Writes, _rig.Table.Reads, _rig.Table.Refused).ShouldBe((2, 0, 0));
        _rig.EntityLines.ShouldBe(["order-shipping o-1: 5/5 manufactured products, complete"]);
    }

    [Fact]
    public async Task FiveProductsInSixBatches_CostSevenWritesAndNoReads()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2", "p3", "p4", "p5"));
        foreach (var product in Products("o-1", 5)) await _rig.RunAsync(product);

        _rig.State("o-1").ShouldBe("complete v7: p1 p2 p3 p4 p5; expected at 0");
        (_rig.Table.Writes, _rig.Table.Reads, _rig.Table.Refused).ShouldBe((7, 0, 0));
        _rig.EntityLines.ShouldBe(
        [
            .. Enumerable.Range(0, 5).Select(made => $"order-shipping o-1: {made}/5 manufactured products, open"),
            "order-shipping o-1: 5/5 manufactured products, complete",
        ]);
    }

    [Fact]
    public async Task ProductsBeforeTheirOrder_WaitForIt()
    {
        await _rig.RunAsync(_rig.Product("o-1", "p2"));
        _rig.State("o-1").ShouldBe("waiting v1: p2; expected at -");
        _rig.Table.Find("order-shipping", "o-1")!.ExpiresAt.ShouldBe(_rig.Clock.GetUtcNow() + TimeSpan.FromDays(30));

        _rig.Clock.Advance(TimeSpan.FromDays(1));
        await _rig.RunAsync(_rig.Product("o-1", "p3"));
        _rig.Table.Find("order-shipping", "o-1")!.ExpiresAt.ShouldBe(_rig.Clock.GetUtcNow() + TimeSpan.FromDays(29));

        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"));
        _rig.State("o-1").ShouldBe("open v3: p2 p3; expected at 0");
        _rig.Table.Find("order-shipping", "o-1")!.ExpiresAt.ShouldBeNull();

        await _rig.RunAsync(_rig.Product("o-1", "p1"));
        _rig.State("o-1").ShouldBe("complete v5: p1 p2 p3; expected at 0");
        _rig.EntityLines.ShouldBe(
        [
            "order-shipping o-1: 1/? manufactured products, waiting",
            "order-shipping o-1: 2/? manufactured products, waiting",
            "order-shipping o-1: 1/2 manufactured products, open",
            "order-shipping o-1: 2/2 manufactured products, complete",
        ]);
    }

    [Fact]
    public async Task AmendedOrder_IsCompleteWithWhatItExpectsNow()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"), _rig.Product("o-1", "p1"));
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2", "p3"), _rig.Product("o-1", "p2"));
        _rig.State("o-1").ShouldBe("open v2: p1 p2; expected at 1");

        await _rig.RunAsync(_rig.Order("o-1", "p2"));
        _rig.State("o-1").ShouldBe("complete v4: p1 p2; expected at 2");
        _rig.DeadLetters.ShouldBeEmpty();
    }

    [Fact]
    public async Task AmendmentOfACompleteOrder_IsDeadLetteredUnlessItExpectsTheSame()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"), _rig.Product("o-1", "p1"), _rig.Product("o-1", "p2"));
        await _rig.RunAsync(_rig.Order("o-1", "p2", "p1"));
        await _rig.RunAsync(_rig.Order("o-1", "p1"), _rig.Product("o-1", "p3"));
        await _rig.RunAsync(_rig.Cancel("o-1"));
        await _rig.RunAsync(_rig.Next("orders", "o-1", null));

        _rig.State("o-1").ShouldBe("complete v3: p1 p2 p3; expected at 0");
        _rig.DeadLetters.ShouldBe(
        [
            "orders-0@2: order-shipping 'o-1' is complete since 2026-01-01T00:00:00Z: it cannot be amended any more",
            "orders-0@3: order-shipping 'o-1' is complete since 2026-01-01T00:00:00Z: it cannot be cancelled any more",
            "orders-0@4: order-shipping 'o-1' is complete since 2026-01-01T00:00:00Z: it cannot be cancelled any more",
        ]);
        _rig.Transitions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task CancelledOrder_StaysSoUntilANewerMessageOpensItAgain()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        await _rig.RunAsync(_rig.Cancel("o-1"));
        _rig.Table.Find("order-shipping", "o-1")!.ExpiresAt.ShouldBe(_rig.Clock.GetUtcNow() + TimeSpan.FromDays(30));
        await _rig.RunAsync(_rig.Product("o-1", "p1"));
        _rig.State("o-1").ShouldBe("cancelled v3: p1; expected at 1");

        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        _rig.State("o-1").ShouldBe("complete v5: p1; expected at 2");
        _rig.EntityLines.ShouldBe(
        [
            "order-shipping o-1: 0/1 manufactured products, open",
            "order-shipping o-1: 0/? manufactured products, cancelled",
            "order-shipping o-1: 1/? manufactured products, cancelled",
            "order-shipping o-1: 1/1 manufactured products, complete",
        ]);
    }

    [Fact]
    public async Task Tombstone_CancelsEvenWhatWasNeverHeardOf()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1"), _rig.Next("orders", "o-1", null), _rig.Next("orders", "o-2", null));

        _rig.State("o-1").ShouldBe("cancelled v1: ; expected at 1");
        _rig.State("o-2").ShouldBe("cancelled v1: ; expected at 2");
        _rig.Table.Find("order-shipping", "o-1")!.Document.ShouldBeNull();
    }

    [Fact]
    public async Task Duplicates_ChangeNothing()
    {
        var order = _rig.Order("o-1", "p1", "p2");
        var product = _rig.Product("o-1", "p1");
        await _rig.RunAsync(order, product);
        await _rig.RunAsync(order, product);
        await _rig.RunAsync(order);
        await _rig.RunAsync(_rig.Product("o-1", "p1"));

        var state = _rig.Table.Find("order-shipping", "o-1")!;
        state.Status.ShouldBe(ReconciliationStatus.Open);
        state.Arrivals.Select(arrival => arrival.At.ToString()).ShouldBe(["products-manufactured-0@0"]);
        _rig.Table.Refused.ShouldBe(2);
    }

    [Fact]
    public async Task OlderOrderAfterANewerOne_IsPassedOver()
    {
        var old = _rig.Order("o-1", "p1");
        var recent = _rig.Order("o-1", "p1", "p2");
        await _rig.RunAsync(recent);
        await _rig.RunAsync(old, _rig.Product("o-1", "p1"));
        _rig.State("o-1").ShouldBe("open v2: p1; expected at 1");
    }

    [Fact]
    public async Task CrashBeforeTheTransition_IsRepairedByTheDuplicateThatComesAgain()
    {
        var rig = new ReconciliationRig(table: inner => new FailingTable(inner) { FailsTransition = () => true });
        var messages = new[] { rig.Order("o-1", "p1"), rig.Product("o-1", "p1") };
        (await rig.TryAsync(messages)).ComeAgain.Select(position => position.ToString()).ShouldBe(["orders-0@0", "products-manufactured-0@0"]);
        rig.State("o-1").ShouldBe("open v1: p1; expected at 0");

        var repaired = new ReconcileBatch(rig.Catalog, rig.Table, rig.Writer, rig.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<ReconcileBatch>.Instance);
        var result = await repaired.RunAsync(ReconciliationRig.Partitions([messages[0]]), () => TimeSpan.FromMinutes(5), CancellationToken.None);
        result.ShouldBe(new ReconcileResult(result.ComeAgain, new ReconcileCounts(1, 1, 1, 0, 0)));
        rig.State("o-1").ShouldBe("complete v2: p1; expected at 0");
    }

    [Fact]
    public async Task SeveralEntitiesOfABatch_AreOneWriteEach()
    {
        var result = await _rig.TryAsync(
            _rig.Order("o-1", "p1", "p2"), _rig.Order("o-2", "p1"), _rig.Product("o-2", "p1"), _rig.Product("o-1", "p1"), _rig.Invoice("i-1", "10.00"), _rig.Payment("i-1", "a", "4.00"));

        result.Counts.ShouldBe(new ReconcileCounts(Messages: 6, Entities: 3, Completed: 1, DeadLettered: 0, Unfinished: 0));
        _rig.Table.Writes.ShouldBe(4);
        _rig.EntityLines.ShouldBe(
        [
            "order-shipping o-1: 1/2 manufactured products, open",
            "order-shipping o-2: 1/1 manufactured products, complete",
            "invoice-payment i-1: 4.00/10.00 EUR payments, open",
        ]);
    }

    [Fact]
    public async Task OrderOfAThousandProducts_IsCompletedInElevenWrites()
    {
        var names = Enumerable.Range(0, 1000).Select(i => $"product-{i:D4}").ToArray();
        await _rig.RunAsync([_rig.Order("o-1", names), .. names.Select(name => _rig.Product("o-1", name))]);

        var state = _rig.Table.Find("order-shipping", "o-1")!;
        (state.Status, state.Arrivals.Count).ShouldBe((ReconciliationStatus.Complete, 1000));
        (_rig.Table.Writes, _rig.Table.Reads).ShouldBe((11, 0));
        (await _rig.PublishAsync()).ShouldBe([PublicationOutcome.Written]);
        _rig.Published("shipping").Single().ShouldContain("""{"orderId":"o-1","productId":"product-0999"}]}""");
    }

    [Fact]
    public async Task ItemThatWouldOutgrowTheTable_IsRefusedWithItsSizes()
    {
        var filler = new string('x', 150 * 1024);
        var large = $$"""{"orderId":"o-1","products":[{"id":"p1"},{"id":"p2"},{"id":"p3"}],"note":"{{filler}}"}""";
        await _rig.RunAsync(_rig.Next("orders", "o-1", large), _rig.Next("products-manufactured", "o-1", Piece("p1")));
        await _rig.RunAsync(_rig.Next("products-manufactured", "o-1", Piece("p2")), _rig.Product("o-2", "p1"));

        _rig.State("o-1").ShouldBe("open v1: p1; expected at 0");
        _rig.State("o-2").ShouldBe("waiting v1: p1; expected at -");
        _rig.DeadLetters.Single().ShouldMatch("^products-manufactured-0@1: order-shipping 'o-1' would have 4[0-9]{5} bytes with a document of 15[0-9]{4} bytes and 2 pieces; the table takes 409600$");

        string Piece(string product) => $$"""{"orderId":"o-1","productId":"{{product}}","note":"{{filler}}"}""";
    }

    [Fact]
    public async Task AmendmentThatIsTooLarge_LeavesTheOneBeforeIt()
    {
        var large = $$"""{"orderId":"o-1","products":[{"id":"p9"}],"note":"{{new string('x', 500 * 1024)}}"}""";
        await _rig.RunAsync(_rig.Order("o-1", "p1"), _rig.Next("orders", "o-1", large));

        _rig.State("o-1").ShouldBe("open v1: ; expected at 0");
        _rig.DeadLetters.Single().ShouldStartWith("orders-0@1: order-shipping 'o-1' would have 5");
    }

    private ReconciliationRig.Message[] Products(string order, int count) => [.. Enumerable.Range(1, count).Select(i => _rig.Product(order, $"p{i}"))];
}
