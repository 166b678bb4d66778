using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;

namespace EntitySync.Tests.Systems;

/// <summary>shipment.yaml: an order is emitted when each of its products is there, in whatever order all this arrives, and a single time.</summary>
public sealed class ShipmentTests
{
    private const string Order = """{"orderId":"o1","products":[{"id":"a"},{"id":"b"}]}""";
    private const string Shipment = """o1 {"orderId":"o1","products":[{"id":"a"},{"id":"b"}],"manufactured":[{"productId":"a","manufacturedAt":"1","serialNumber":"a-1"},{"productId":"b","manufacturedAt":"1","serialNumber":"b-1"}]}""";

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void AnyOrderOfArrival_ShipsOnce_WithTheLastOne(Strategy strategy)
    {
        var definition = SystemDefinitions.Load("shipment", strategy);
        Action<TopologyDriver>[] arrivals = [driver => driver.Root("o1", Order), Made("a", "a-1"), Made("b", "b-1"), Made("a", "x-1", order: "o2")];
        foreach (var order in ArrivalOrders.Of(arrivals))
        {
            using var driver = new TopologyDriver(definition, partitions: 2);
            for (var count = 1; count <= order.Count; count++)
            {
                order[count - 1](driver);
                driver.Emitted().ShouldBe(arrivals[..3].Except(order.Take(count)).Any() ? [] : [Shipment]);
            }

            foreach (var arrival in order) arrival(driver);
            driver.Emitted().ShouldBe([Shipment]);
            driver.DeadLetters().ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void OrderAmendedBeforeItIsComplete_CountsAsItIsNow(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("shipment", strategy));
        driver.Root("o1", Order);
        Made("a", "a-1")(driver);
        driver.Root("o1", """{"orderId":"o1","products":[{"id":"a"},{"id":"c"}]}""");
        Made("b", "b-1")(driver);
        driver.Emitted().ShouldBeEmpty();
        driver.Root("o1", """{"orderId":"o1","products":[{"id":"a"}]}""");
        Made("c", "c-1")(driver);

        driver.Emitted().ShouldBe(["""o1 {"orderId":"o1","products":[{"id":"a"}],"manufactured":[{"productId":"a","manufacturedAt":"1","serialNumber":"a-1"}]}"""]);
    }

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void ProductMadeTwice_ShipsTheLaterOneBeforeAndNothingAfter(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("shipment", strategy));
        driver.Root("o1", Order);
        Made("a", "a-0")(driver);
        Made("a", "a-1")(driver);
        driver.Pipe("products-manufactured", """["o1","b"]""", null); // withdrawn before it was announced
        Made("b", "b-1")(driver);
        Made("b", "b-2")(driver);
        driver.Pipe("products-manufactured", """["o1","a"]""", null);
        Made("a", "a-2")(driver);
        driver.Restart();
        Made("b", "b-3")(driver);
        driver.Root("o1", """{"orderId":"o1","products":[{"id":"a"}]}""");

        driver.Emitted().ShouldBe([Shipment]);
    }

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void OrderDeletedAndCreatedAgain_ShipsAgain(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("shipment", strategy));
        Made("a", "a-1")(driver);
        Made("b", "b-1")(driver);
        driver.Root("o1", Order);
        driver.Root("o1", null);
        driver.Root("o1", Order);
        driver.Root("o1", Order);

        driver.Emitted().ShouldBe([Shipment, "o1 gone", Shipment]);
    }

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void OrderWithoutProducts_IsComplete_AndOneWithTheSameProductTwiceNeedsItOnce(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("shipment", strategy));
        driver.Root("o1", """{"orderId":"o1","products":[]}""");
        driver.Root("o2", """{"orderId":"o2","products":[{"id":"a"},{"id":"a"}]}""");
        Made("a", "a-1", order: "o2")(driver);

        driver.Emitted().ShouldBe(
        [
            """o1 {"orderId":"o1","products":[]}""",
            """o2 {"orderId":"o2","products":[{"id":"a"},{"id":"a"}],"manufactured":[{"productId":"a","manufacturedAt":"1","serialNumber":"a-1"}]}""",
        ]);
    }

    private static Action<TopologyDriver> Made(string product, string serialNumber, string order = "o1") => driver => driver.Pipe(
        "products-manufactured",
        $$"""["{{order}}","{{product}}"]""",
        $$"""{"orderId":"{{order}}","productId":"{{product}}","serialNumber":"{{serialNumber}}","manufacturedAt":"1"}""");
}
