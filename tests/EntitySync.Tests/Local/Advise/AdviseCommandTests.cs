using System.Text.Json.Nodes;
using EntitySync.Local.Advise;
using EntitySync.Local.Runner;
using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.Advise;

public sealed class AdviseCommandTests
{
    private static readonly string[] Example = ["--items", "3000000", "--classes", "50", "--class-changes-per-day", "20", "--item-changes-per-second", "40"];

    private const string Advice = """
        Items: 3,000,000 of 2,000 bytes; 40 change a second.
        Classes: 50 of 200 bytes, 1 an item; 20 change a day, each named by about 60 thousand items.

                                                          lookup       broadcast         shuffle
        propagation time of a changed class                 21 s             4 s           4.9 s
        containers of 1 vCPU                           2 of 8 GB       2 of 8 GB       2 of 8 GB
        partitions                                            12              12              12
        state in memory                                   6.2 GB          6.2 GB          6.2 GB
        restored after a crash of all in                   2 min           2 min           2 min
        internal records: a changed item                       1               0               0
          a changed class                           120 thousand               0              13
          a month                                    180 million               0           7,900
        requests a month: Lambda                      32 million           1,800           1,800
          DynamoDB                                    32 million           1,200           1,200
          Step Functions transitions                       6,700               0               0
        written to Kafka a month                          580 GB          280 GB          280 GB

        USD a month: containers                               89              89              89
          Lambda functions                                    19      under 0.10      under 0.10
          event pollers                                      140               0               0
          DynamoDB                                            13      under 0.10      under 0.10
          Step Functions                                     0.2               0               0
          API, logs                                          9.5      under 0.10      under 0.10
          all                                                270              89              89

        Recommended: broadcast. It costs about 89 USD a month (lookup 270, shuffle 89), and a changed class has reached its items after about 4 s (lookup 21 s, shuffle 4.9 s). The classes take 36 kB in each thread, and nothing but outputs is written.

        - Measured: rates and memory of join host and Enrich, from tests/EntitySync.Benchmarks/results. There is no figure of a real broker: rates are those of two cores with a mock cluster in the process, halved for a container, and brought from items of 183 to 2,000 bytes as if all work grew with them.
        - Guessed: 5,000 ids a second from the id source (--ids-per-second; a replay's own record shows yours), 50 MB a second that the brokers take or give (--broker-megabytes-per-second), 30 ms an invocation besides its items, 3 s until a replay starts, a quarter more memory than counted.
        - Upper bounds: every item of a changed class is emitted, no two changes coalesce, classes are equally large. Containers are large enough when one of them is lost.
        - Prices: us-east-1, as known in 2026, check (infra/prices.yaml, --prices). Left out: the Kafka cluster, the id source, traffic between zones, NAT and endpoints, alarms and metrics, free tiers. Formulas: infra/cost.md.
        - Nothing was measured beyond 2,000,000 items in one task.

        """;

    [Fact]
    public async Task Example_IsAdvised()
    {
        var run = await CommandRun.Of(["advise", .. Example]);

        run.Error.ShouldBeEmpty();
        run.Output.ShouldBe(Advice);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Json_SaysTheSame()
    {
        var run = await CommandRun.Of(["advise", .. Example, "--json"]);
        var json = JsonNode.Parse(run.Output)!;

        json.AsObject().Select(member => member.Key).ShouldBe(["workload", "strategies", "recommended", "reason", "notes", "currency"]);
        json["strategies"]!.AsObject().Select(member => member.Key).ShouldBe(["lookup", "broadcast", "shuffle"]);
        json["strategies"]!["broadcast"]!.ToJsonString().ShouldBe(
            """{"possible":true,"propagationSeconds":4.004,"keepsUp":true,"containers":2,"gigabytesPerContainer":8,"partitions":12,"stateBytes":6184000000,"restoreSeconds":120,"internalRecordsPerItemChange":0,"internalRecordsPerClassChange":0,"internalRecords":0,"lambdaInvocations":1825,"dynamoDbRequests":1217,"stepFunctionsTransitions":0,"kafkaBytes":283200000000,"cost":{"containers":88.86,"functions":0.001095,"pollers":0,"dynamoDb":0.0004607,"stepFunctions":0,"other":0.001156,"total":88.86}}""");
        json["recommended"]!.GetValue<string>().ShouldBe("broadcast");
        Advice.ShouldContain($"Recommended: broadcast. {json["reason"]!.GetValue<string>()}\n");
        Advice.ShouldEndWith(string.Concat(json["notes"]!.AsArray().Select(note => $"- {note!.GetValue<string>()}\n")));
        run.Status.ShouldBe(0);
    }

    [Theory]
    [InlineData("1", "1", "0", "0", "broadcast", "The classes take 710 bytes in each thread")]
    [InlineData("1000000000", "50", "20", "40", "broadcast", "321 of 8 GB")]
    [InlineData("1000000", "20000000", "2", "4", "shuffle", "Broadcast cannot be taken: the classes take 14 GB in every thread, and a container of 8 GB has no room for them.")]
    [InlineData("1000000", "100000000", "1", "0.1", "lookup", "The classes stay in DynamoDB")]
    [InlineData("1000000", "1", "100000", "1000", "broadcast", "No strategy keeps up")]
    public async Task OtherWorkloads_GetOtherAdvice(string items, string classes, string changes, string live, string recommended, string because)
    {
        var run = await CommandRun.Of("advise", "--items", items, "--classes", classes, "--class-changes-per-day", changes, "--item-changes-per-second", live);

        run.Error.ShouldBeEmpty();
        run.Output.ShouldContain($"\nRecommended: {recommended}. ");
        run.Output.ShouldContain(because);
        run.Status.ShouldBe(0);
    }

    [Theory]
    [InlineData("1000000000", "40", "--partitions=100", "Lookup, broadcast, shuffle cannot be taken: the items, 2.1 TB in memory, need more containers than the 100 partitions allow (--partitions).")]
    [InlineData("10000000000", "40", "--item-bytes=10000", "Lookup, broadcast, shuffle cannot be taken: the items, 100 TB in memory, need more containers than the 1000 containers of 8 GB that this reckons with.")]
    [InlineData("1000000", "30000", "--item-bytes=2000", "Lookup cannot be taken: the changed items are 60 MB a second, and Enrich's 4 pollers take 20 MB (MaximumPollers in template.yaml). Broadcast, shuffle cannot be taken: the changed items are 60 MB a second to write, and the brokers take 50 MB (--broker-megabytes-per-second).")]
    public async Task WhatNoStrategyCanDo_IsRefusedWithTheReason(string items, string live, string option, string reason)
    {
        var run = await CommandRun.Of("advise", "--items", items, "--classes", "50", "--class-changes-per-day", "20", "--item-changes-per-second", live, option);

        run.Output.ShouldContain($"\nRecommended: nothing. {reason}\n");
        run.Output.ShouldNotContain("a month");
        run.Status.ShouldBe(1);
    }

    [Theory]
    [InlineData("--items 0 --classes 1 --class-changes-per-day 1 --item-changes-per-second 1", "--items is '0': a whole number from 1 to 10000000000 is allowed.")]
    [InlineData("--items 5 --classes many --class-changes-per-day NaN --item-changes-per-second -1", "--classes is 'many': a whole number from 1 to 1000000000 is allowed.|--class-changes-per-day is 'NaN': a number from 0 to 1000000 is allowed.|--item-changes-per-second is '-1': a number from 0 to 1000000 is allowed.")]
    [InlineData("--items 5", "advise needs --classes, --class-changes-per-day, --item-changes-per-second, for instance: advise --items 3000000 --classes 50 --class-changes-per-day 20 --item-changes-per-second 40")]
    [InlineData("--items 5 --classes 2 --class-changes-per-day 1 --item-changes-per-second 1 --related-rows-per-item 3", "--related-rows-per-item is 3: an item cannot name more classes than the 2 of --classes.")]
    [InlineData("--items 5 --classes 2 --class-changes-per-day 1 --item-changes-per-second 1 --threads 3 --partitions 2", "--threads is 3: more than the 2 of --partitions would be idle.")]
    [InlineData("--table --json --items 5", "--table prints the workloads of infra/cost.md; --json, --items cannot go with it.")]
    public async Task BadOptions_AreTold(string options, string messages)
    {
        var run = await CommandRun.Of(["advise", .. options.Split(' ')]);

        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(messages.Split('|'));
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task PricesOfYours_AreTaken()
    {
        using var folder = new CommandFolder();
        var shipped = await File.ReadAllTextAsync(Checkout.PathOf("infra", "prices.yaml"), TestContext.Current.CancellationToken);
        var file = folder.Write("prices.yaml", shipped.Replace("kafkaGigabyteWritten: 0 ", "kafkaGigabyteWritten: 0.1 ", StringComparison.Ordinal).Replace("currency: USD", "currency: EUR", StringComparison.Ordinal));
        var run = await CommandRun.Of(["advise", .. Example, "--prices", file]);
        var refused = await CommandRun.Of(["advise", .. Example, "--prices", Path.Combine(folder.Path, "none.yaml")]);

        run.Output.ShouldContain("  API, logs, Kafka                                    67              28              28\n");
        run.Output.ShouldContain("It costs about 120 EUR a month (lookup 320, shuffle 120)");
        run.Output.ShouldContain("Left out: the id source");
        refused.Error.ShouldStartWith("The prices cannot be read: ");
        (refused.Output, refused.Status).ShouldBe(("", 1));
    }

    /// <summary>So that the page says what the program prints, whatever prices and figures become.</summary>
    [Fact]
    public async Task TablesOfThePage_AreWhatTheProgramPrints()
    {
        var run = await CommandRun.Of("advise", "--table");
        var page = await File.ReadAllTextAsync(Checkout.PathOf("infra", "cost.md"), TestContext.Current.CancellationToken);

        run.Status.ShouldBe(0);
        page.ShouldContain($"<!-- printed by: advise --table -->\n\n{run.Output}\n<!-- end -->", customMessage: "write the output of `advise --table` into infra/cost.md");
    }

    /// <summary>The formulas stand in the page with their constants, and these are the program's.</summary>
    [Fact]
    public async Task FormulasOfThePage_HaveTheConstantsOfTheProgram()
    {
        var page = await File.ReadAllTextAsync(Checkout.PathOf("infra", "cost.md"), TestContext.Current.CancellationToken);
        string[] formulas =
        [
            $"`size = min(1, {BenchmarkFigures.TopologyItemBytes.Value} / item bytes)`",
            $"`live = {BenchmarkFigures.UpdatesPerSecond.Value:#,0} / 2 x size`",
            $"`fan-out = {BenchmarkFigures.ReEmissionsPerSecond.Value:#,0} / 2 x size`",
            $"both divided by {BenchmarkFigures.ShuffleFactor:0.0} ",
            $"`items x (item bytes + {BenchmarkFigures.ItemOverheadBytes.Value:0} x max(1, rows / {BenchmarkFigures.TopologyRowsPerItem.Value}))`",
            $"`classes x (row bytes + {BenchmarkFigures.BroadcastRowOverhead:0})` in every thread",
            $"`classes x (row bytes + {BenchmarkFigures.AnsweredRowOverhead:0})`",
            $"x (row bytes + {BenchmarkFigures.PreparedRowOverhead:0})`",
            $"x {Assumptions.HeadRoom} + {Assumptions.BaseBytes / 1024 / 1024} MiB`, whole GB from {Assumptions.LeastGigabytes} to {Assumptions.GigabytesPerContainer}",
            $"`items / min(containers x {BenchmarkFigures.RestoredItemsPerSecond.Value:#,0} x size, broker)`",
            $"`{Assumptions.PublishWindowSeconds} s (batching window of PublishReference) + {Assumptions.StreamSeconds} s (stream) + {Assumptions.CommitSeconds} s (commit)",
            $"shuffle 2 x {BenchmarkFigures.CommitMilliseconds.Value} ms more",
            $"`{Assumptions.TriggerWindowSeconds} s (batching window of TriggerReplay) + {Assumptions.ReplayStartSeconds} s + {Assumptions.CommitSeconds} s + {Assumptions.EnrichWindowSeconds} s (batching window of Enrich)",
            $"{Assumptions.EnrichPollers} pollers x {Assumptions.PollerMegabytes} MB",
            $"`min({Assumptions.EnrichBatch}, 6 MB / (item bytes x 4/3 + {Assumptions.EventOverheadBytes:#,0}))`",
            $"`{Assumptions.MillisecondsPerInvocation} ms + items x {BenchmarkFigures.EnrichMicroseconds.Value} µs x max(1, item bytes / {BenchmarkFigures.EnrichItemBytes.Value}) x {Assumptions.MegabytesPerCore} / {Assumptions.FunctionMegabytes}`",
            $"`{Assumptions.TransitionsPerReplay} + {Assumptions.TransitionsPerPublishInvocation} x invocations` transitions, an invocation of PublishReplayPages for every {Assumptions.PublishPagesSeconds} s, `{Assumptions.WriteUnitsPerReplay} + {Assumptions.WriteUnitsPerPage} x pages of {Assumptions.IdsPerPage:#,0} ids` write units",
            $"{Assumptions.LogBytesPerInvocation} bytes an invocation, taken in",
            $"{BenchmarkFigures.WritesPerOrderInOneBatch.Value} writes when all its messages come in one batch",
            $"({BenchmarkFigures.WritesPerOrderInSixBatches.Value} for an order and five products",
            $"off by more than a factor of {Figure.Tolerance}",
        ];

        formulas.Where(formula => !page.Contains(formula, StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
