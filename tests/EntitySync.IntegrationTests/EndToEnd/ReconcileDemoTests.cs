namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary><c>demo reconcile</c> as a black box: what it prints, how it ends, what it leaves behind.</summary>
[Trait("Category", "Integration")]
public sealed class ReconcileDemoTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(20);
    private static readonly string[] Small = ["demo", "reconcile", "--orders", "60"];

    private static readonly string[] Checks =
    [
        "order-shipping: complete ones in shipping exactly once", "order-shipping: no other in shipping", "order-shipping: overdue ones reported once, no others",
        "order-shipping: dead letters are what came too late", "order-shipping: the API tells of each what was recomputed", "order-shipping: the lists by status hold what was recomputed",
        "invoice-payment: complete ones in invoices-paid exactly once", "invoice-payment: no other in invoices-paid", "invoice-payment: overdue ones reported once, no others",
        "invoice-payment: dead letters are what came too late", "invoice-payment: the API tells of each what was recomputed", "invoice-payment: the lists by status hold what was recomputed",
        "event sources gave nothing up", "handlers killed at random points",
    ];

    [Fact]
    public async Task OrdersAndInvoices_PassEveryCheck_AndNothingIsLeft()
    {
        await using var demo = new DemoProcess(Small);

        (await demo.ExitAsync(Whole)).ShouldBe(0, demo.Output);
        demo.Results().ShouldBe(Checks.Select(check => (check, "ok")));
        // What must have come of 60 orders is the same with every seed.
        Row(demo.Output, "order-shipping").ShouldBe(["3", "3", "45", "6", "3", "45", "9"]);
        Row(demo.Output, "invoice-payment").ShouldBe(["0", "0", "11", "2", "2", "11", "4"]);
        await demo.UntilNothingIsLeftAsync(Gone);
        parts.ShouldNotBeNull();
    }

    [Fact]
    public async Task Killed_LeavesNoProcessAndNoFile()
    {
        await using var demo = new DemoProcess(Small);
        await demo.UntilPrintedAsync("what was held back", Whole);
        demo.Kill();

        await demo.UntilNothingIsLeftAsync(Gone);
    }

    [Fact]
    public async Task Interrupted_StopsWithinTenSeconds_AndLeavesNothing()
    {
        if (KilledDemoTests.IgnoresInterrupt()) Assert.Skip("This test run was started with SIGINT ignored, and so are its children.");
        await using var demo = new DemoProcess(Small);
        await demo.UntilPrintedAsync("mixed up", Whole);
        await demo.SignalAsync("INT");

        (await demo.ExitAsync(TimeSpan.FromSeconds(10))).ShouldBe(130, demo.Output);
        await demo.UntilNothingIsLeftAsync(Gone);
    }

    [Theory]
    [InlineData(new[] { "demo", "reconcile", "--orders", "0" }, 1, "--orders is 0: 1 to 100000 is allowed.")]
    [InlineData(new[] { "demo", "reconcile", "--items", "5" }, 1, "'--items'")]
    [InlineData(new[] { "demo", "reconcile", "--help" }, 0, "--seed <seed>")]
    [InlineData(new[] { "demo", "--help" }, 0, "reconcile")]
    public async Task CommandLine_SaysWhatIsAllowed(string[] arguments, int exit, string text)
    {
        await using var demo = new DemoProcess(arguments);

        (await demo.ExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(exit, demo.Output);
        demo.Output.ShouldContain(text);
    }

    // │ order-shipping │ waiting │ open │ ... ; the number of dead letters differs: some are written twice.
    private static string[] Row(string output, string entity) =>
        output.Split('\n').Select(line => line.Split('│', StringSplitOptions.TrimEntries)).First(cells => cells.Length > 8 && cells[1] == entity)[2..9];
}
