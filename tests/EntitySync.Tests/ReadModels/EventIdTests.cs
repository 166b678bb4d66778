namespace EntitySync.Tests.ReadModels;

/// <summary>Events that a producer sends twice, deletions, and what is left of a row.</summary>
public sealed class EventIdTests
{
    private const string Definition = """
        kind: read-model
        readModel: orders
        topics:
          order-events:
            key: orderId
            id: eventId
            tombstones: ignore
            events:
              - append: { history: type }
                increment: { events: 1 }
              - where: { type: deleted }
                delete: true
          order-payments:
            key: orderId
            id: paymentId
            time: at
            events:
              - increment: { paid: amount }
        """;

    private readonly ReadModelRig _rig = new(Definition);

    [Fact]
    public async Task Copy_CountsOnce_InTheSameBatchAndLater()
    {
        await _rig.LiveAsync(Event("e-1", "placed"), Event("e-1", "placed"), Event("e-2", "shipped"), Payment("p-1", "1.50", 1), Payment("p-1", "1.50", 1));
        await _rig.LiveAsync(Event("e-1", "placed"), Payment("p-1", "1.50", 1), Payment("p-2", "1.50", 2));

        _rig.Row("o-1").ShouldBe("""{"history":["shipped","placed"],"events":2,"paid":3.00}""");
    }

    [Fact]
    public async Task Copy_CountsOnce_WhenARebuildBringsTheFirstOfThem()
    {
        var (first, copy) = (Event("e-1", "placed"), Event("e-1", "placed"));
        await _rig.LiveAsync(copy);
        await _rig.FillAsync(first);

        _rig.Row("o-1").ShouldBe("""{"history":["placed"],"events":1}""");
    }

    [Fact]
    public async Task WithoutId_IsBad()
    {
        var result = await _rig.LiveAsync(_rig.Next("order-events", "o-1", """{"orderId":"o-1","type":"placed"}"""));

        ReadModelRig.Bad(result).ShouldBe(["order-events-0@0: the message has no value in 'eventId'"]);
        _rig.Row("o-1").ShouldBe("none");
    }

    [Fact]
    public async Task IgnoredTombstone_IsNoEvent()
    {
        var result = await _rig.LiveAsync(Event("e-1", "placed"), _rig.Next("order-events", "o-1", null));

        ReadModelRig.Bad(result).ShouldBeEmpty();
        result.Counts.Events.ShouldBe(1);
        _rig.Row("o-1").ShouldBe("""{"history":["placed"],"events":1}""");
    }

    [Fact]
    public async Task EventThatDeletes_DoesNothingElse()
    {
        await _rig.LiveAsync(Event("e-1", "placed"), Event("e-2", "deleted"));

        _rig.Row("o-1").ShouldBe("deleted");
    }

    [Fact]
    public async Task Row_IsThere_WhileAnEventIsLeft_ThatIsNotTheLastOfItsPartition()
    {
        var deleted = Event("e-1", "deleted");
        var at = deleted.Record.Timestamp.ToUnixTimeMilliseconds();
        await _rig.LiveAsync(deleted, Payment("p-2", "2.00", at + 1), Payment("p-1", "1.00", at - 1));

        _rig.Row("o-1").ShouldBe("""{"paid":2.00}""");
    }

    private ReadModelRig.Event Event(string id, string type) => _rig.Next("order-events", "o-1", $$"""{"orderId":"o-1","eventId":"{{id}}","type":"{{type}}"}""");

    private ReadModelRig.Event Payment(string id, string amount, long at) => _rig.Next("order-payments", "o-1", $$"""{"orderId":"o-1","paymentId":"{{id}}","amount":{{amount}},"at":{{at}}}""");
}
