using EntitySync.Core.Definitions;
using EntitySync.Local.Advise;
using EntitySync.Local.Runner;

namespace EntitySync.Tests.Local.Advise;

public sealed class EstimatorTests
{
    private static readonly PriceList Prices = PriceList.Load(Checkout.PathOf("infra", "prices.yaml"));
    private static readonly Workload Example = new(3_000_000, 50, 20, 40);

    public static TheoryData<string> Growing => ["items", "class changes", "item changes", "item bytes", "row bytes", "rows an item", "threads"];

    [Theory, MemberData(nameof(Growing))]
    public void MoreOfAnything_IsNeverCheaperNorSmaller(string what)
    {
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            foreach (var start in Starts())
            {
                var steps = Enumerable.Range(0, 40).Select(step => Estimator.Of(strategy, Grown(start, what, Math.Pow(1.3, step)), Prices)).ToList();
                foreach (var (less, more) in steps.Zip(steps.Skip(1)).Where(pair => pair.Second.IsPossible))
                {
                    less.IsPossible.ShouldBeTrue($"{strategy}: {less.Refusal}, and with more {what} it is possible");
                    more.Bill.Total.ShouldBeGreaterThanOrEqualTo(less.Bill.Total, $"{strategy}, {what}");
                    more.Join.StateBytes.ShouldBeGreaterThanOrEqualTo(less.Join.StateBytes, $"{strategy}, {what}");
                    more.Usage.KafkaBytes.ShouldBeGreaterThanOrEqualTo(less.Usage.KafkaBytes, $"{strategy}, {what}");
                    more.InternalRecords.ShouldBeGreaterThanOrEqualTo(less.InternalRecords, $"{strategy}, {what}");
                }
            }
        }
    }

    [Fact]
    public void MoreClasses_MeansFewerItemsAChange()
    {
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            var seconds = new[] { 1L, 10, 100, 1000 }.Select(classes => Estimator.Of(strategy, Example with { Classes = classes }, Prices).PropagationSeconds).ToList();

            seconds.ShouldBe(seconds.OrderDescending());
            seconds.Distinct().Count().ShouldBe(4);
        }
    }

    [Fact]
    public void HigherPrices_CostMore()
    {
        var dear = Prices with { FargateVcpuHour = Prices.FargateVcpuHour * 2, KafkaGigabyteWritten = 0.1, LambdaEventPollerUnitHour = 1, DynamoDbMillionReadUnits = 1 };

        foreach (var strategy in Enum.GetValues<Strategy>()) Estimator.Of(strategy, Example, dear).Bill.Total.ShouldBeGreaterThan(Estimator.Of(strategy, Example, Prices).Bill.Total);
    }

    /// <summary>The formulas by hand: two containers hold 6.2 GB, either of them alone.</summary>
    [Fact]
    public void Broadcast_IsReckonedAsThePageSays()
    {
        var estimate = Estimator.Of(Strategy.Broadcast, Example, Prices);
        var state = (3_000_000 * (2000 + 61.3)) + (2 * 50 * (200 + 671.4 - 159.3));

        estimate.Join.StateBytes.ShouldBe(state, 1);
        (estimate.Join.Containers, estimate.Join.Gigabytes, estimate.Join.Partitions).ShouldBe((2, 8, 12));
        estimate.Bill.Containers.ShouldBe(730 * 2 * (0.03238 + (8 * 0.00356)), 0.001);
        var rate = Math.Min(2 * 360_292 / 2 * (183 / 2000d) * (1 - (40 / (252_885 * 183 / 2000d))), 25_000 - 40);
        estimate.PropagationSeconds.ShouldBe(1 + 0.5 + 0.1 + (60_000 / rate), 0.001);
    }

    [Fact]
    public void Lookup_IsReckonedAsThePageSays()
    {
        var estimate = Estimator.Of(Strategy.Lookup, Example, Prices);

        estimate.PropagationSeconds.ShouldBe(5 + 3 + 0.1 + 1 + (60_000 / 5_000d), 0.001);
        estimate.InternalRecordsPerClassChange.ShouldBe(120_000);
        var (live, follow, changes) = (730 * 3600 * (12 + (40 / 500d)), 20 * 730 / 24d * 60_000 / 500, 20 * 730 / 24d);
        estimate.Usage.Invocations.ShouldBe(live + follow + (changes * (3 + 3)), 1);
        estimate.Usage.Transitions.ShouldBe(changes * 11, 0.001);
        estimate.Bill.Pollers.ShouldBe(730 * 0.185, 0.001);
    }

    [Fact]
    public void Extremes_GiveFiguresOrARefusal()
    {
        long[] items = [1, 1_000_000_000, 10_000_000_000];
        long[] classes = [1, 50, 1_000_000_000];
        double[] changes = [0, 1_000_000];
        double[] live = [0, 1_000_000];
        int[] bytes = [10, 1_000_000];
        var estimates =
            (from i in items from c in classes from d in changes from u in live from b in bytes select Estimator.All(new Workload(i, c, d, u) { ItemBytes = b, RowBytes = 400_000 }, Prices)).SelectMany(all => all).ToList();

        estimates.Count(estimate => estimate.IsPossible).ShouldBeInRange(30, estimates.Count - 30);
        foreach (var estimate in estimates.Where(estimate => estimate.IsPossible))
        {
            double[] figures = [estimate.PropagationSeconds, estimate.RestoreSeconds, estimate.Join.StateBytes, estimate.Usage.KafkaBytes, estimate.Usage.TableRequests, estimate.Bill.Total];
            figures.ShouldAllBe(figure => double.IsFinite(figure) && figure >= 0);
            estimate.Join.Containers.ShouldBeInRange(2, 1000);
            estimate.Join.Partitions.ShouldBeGreaterThanOrEqualTo(estimate.Join.Containers);
        }
    }

    private static IEnumerable<Workload> Starts() =>
    [
        new(1, 1, 0, 0),
        new(1000, 50, 1, 0.1),
        Example,
        Example with { RowsPerItem = 3, Partitions = 24 },
        Example with { Classes = 5_000_000, ClassChangesPerDay = 10_000 },
    ];

    private static Workload Grown(Workload start, string what, double by) => what switch
    {
        "items" => start with { Items = (long)Math.Ceiling(start.Items * by) },
        "class changes" => start with { ClassChangesPerDay = start.ClassChangesPerDay + by },
        "item changes" => start with { ItemChangesPerSecond = start.ItemChangesPerSecond + by },
        "item bytes" => start with { ItemBytes = (int)(start.ItemBytes * by) },
        "row bytes" => start with { RowBytes = (int)(start.RowBytes * by) },
        "rows an item" => start with { RowsPerItem = (int)Math.Min(start.RowsPerItem * by, start.Classes) },
        _ => start with { Threads = (int)(start.Threads * by) },
    };
}
