using EntitySync.Local.Runner;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>The demo as a black box: what it prints, how it ends, what it leaves behind.</summary>
[Trait("Category", "Integration")]
public sealed class DemoTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(20);

    private static readonly string[] Checks =
    [
        "every item enriched as recomputed", "have the new times", "no other item changed", "nothing lost", "nothing stale", "replay resumed after the failure", "no dead letters",
    ];

    [Fact]
    public async Task GeneratedData_PassesEveryCheck_AndLeavesNothing()
    {
        await using var demo = new DemoProcess("demo", "--items", "600", "--classes", "10");

        (await demo.ExitAsync(Whole)).ShouldBe(0, demo.Output);
        Results(demo.Output).ShouldBe(Checks.Select(check => (check, true)));
        await demo.UntilNothingIsLeftAsync(Gone);
        parts.ShouldNotBeNull();
    }

    [Fact]
    public async Task OwnData_PassesEveryCheck()
    {
        await using var demo = new DemoProcess("demo", "--data", Checkout.PathOf("infra", "entities", "examples", "item"));

        (await demo.ExitAsync(Whole)).ShouldBe(0, demo.Output);
        Results(demo.Output).ShouldBe(Checks.Select(check => (check, true)));
    }

    [Fact]
    public async Task OwnDataThatIsNotJson_IsNamedByFileAndLine()
    {
        var folder = Directory.CreateTempSubdirectory("entitysync-data-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "items.ndjson"), "{\"sku\":\"1\"}\n{\"sku\":\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "delivery-classes.ndjson"), "{\"name\":\"express\"}\n");
        await using var demo = new DemoProcess("demo", "--data", folder);

        (await demo.ExitAsync(Whole)).ShouldBe(1, demo.Output);
        demo.Output.ShouldContain("items.ndjson(2): not JSON");
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(new[] { "demo", "--items", "0" }, 1, "--items is 0: 1 to 1000000 is allowed.")]
    [InlineData(new[] { "demo", "--itms", "5" }, 1, "'--itms'")]
    [InlineData(new[] { "--help" }, 0, "demo")]
    public async Task CommandLine_SaysWhatIsAllowed(string[] arguments, int exit, string text)
    {
        await using var demo = new DemoProcess(arguments);

        (await demo.ExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(exit, demo.Output);
        demo.Output.ShouldContain(text);
    }

    [Theory]
    [InlineData("Start Kafka")]
    [InlineData("Load 10 rows")]
    [InlineData("Enrich all of them")]
    [InlineData("Replay and enrich")]
    public async Task KilledAtAnyMoment_LeavesNoProcessAndNoFile(string phase)
    {
        await using var demo = new DemoProcess("demo", "--items", "600", "--classes", "10");
        await demo.UntilPrintedAsync(phase, Whole);
        demo.Kill();

        await demo.UntilNothingIsLeftAsync(Gone);
    }

    [Fact]
    public async Task Terminated_StopsCleanly()
    {
        await using var demo = new DemoProcess("demo", "--items", "600", "--classes", "10");
        await demo.UntilPrintedAsync("Enrich all of them", Whole);
        await demo.SignalAsync("TERM");

        (await demo.ExitAsync(TimeSpan.FromSeconds(25))).ShouldNotBe(0);
        await demo.UntilNothingIsLeftAsync(Gone);
    }

    // A row of the table: │ check │ ok │ found │
    private static IEnumerable<(string Check, bool Passed)> Results(string output) =>
        from line in output.Split('\n')
        let cells = line.Split('│', StringSplitOptions.TrimEntries)
        where cells is [_, _, "ok" or "FAILED", ..]
        select (Checks.FirstOrDefault(check => cells[1].Contains(check, StringComparison.Ordinal)) ?? cells[1], cells[2] == "ok");
}
