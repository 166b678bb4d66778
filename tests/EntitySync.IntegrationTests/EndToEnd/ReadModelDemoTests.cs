namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary><c>demo read-model</c> as a black box: what it prints, how it ends, what it leaves behind.</summary>
[Trait("Category", "Integration")]
public sealed class ReadModelDemoTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(20);
    private static readonly string[] Small = ["demo", "read-model", "--orders", "200"];

    private static readonly string[] Checks =
    [
        "all rows are what a fold of all events gives: the first history", "the damage shows", "version 2 answers", "all rows are what a fold of all events gives: version 2",
        "a changed definition says that it needs a rebuild", "version 3 answers", "all rows are what a fold of all events gives: version 3", "version 2 answers again, up to date",
        "reads never failed and never went back", "the last output of each row is the row", "event sources gave nothing up", "invocations killed at random points",
    ];

    [Fact]
    public async Task Orders_PassEveryCheck_AndNothingIsLeft()
    {
        await using var demo = new DemoProcess(Small);

        (await demo.ExitAsync(Whole)).ShouldBe(0, demo.Output);
        demo.Results().ShouldBe(Checks.Select(check => (check, "ok")));
        await demo.UntilNothingIsLeftAsync(Gone);
        parts.ShouldNotBeNull();
    }

    [Fact]
    public async Task KilledDuringARebuild_LeavesNoProcessAndNoFile()
    {
        await using var demo = new DemoProcess(Small);
        await demo.UntilPrintedAsync("Rebuild the damaged one", Whole);
        demo.Kill();

        await demo.UntilNothingIsLeftAsync(Gone);
    }

    [Theory]
    [InlineData(new[] { "demo", "read-model", "--orders", "20" }, 1, "--orders is 20: 200 to 100000 is allowed.")]
    [InlineData(new[] { "demo", "read-model", "--help" }, 0, "--seed <seed>")]
    [InlineData(new[] { "demo", "--help" }, 0, "read-model")]
    public async Task CommandLine_SaysWhatIsAllowed(string[] arguments, int exit, string text)
    {
        await using var demo = new DemoProcess(arguments);

        (await demo.ExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(exit, demo.Output);
        demo.Output.ShouldContain(text);
    }
}
