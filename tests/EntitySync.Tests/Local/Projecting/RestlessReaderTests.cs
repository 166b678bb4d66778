using EntitySync.Local.Http;
using EntitySync.Local.Projecting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EntitySync.Tests.Local.Projecting;

/// <summary>The reader that never stops sees what it is there for.</summary>
public sealed class RestlessReaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task RowThatGoesForward_IsNoStepBack()
    {
        var report = await ReadAsync((200, Row("Placed", 1, 1)), (200, Row("Placed", 1, 2)), (200, Row("Shipped", 2, 3)), (200, Row("Cancelled", 2, 4)));

        report.Errors.ShouldBeEmpty();
        report.StepsBack.ShouldBeEmpty();
        report.Reads.ShouldBeGreaterThanOrEqualTo(4);
        report.Longest.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task EarlierState_FewerPayments_ShorterHistory_AreStepsBack()
    {
        (await ReadAsync((200, Row("Shipped", 1, 1)), (200, Row("Processed", 1, 1)), (200, Row("Shipped", 1, 1)))).StepsBack.ShouldHaveSingleItem();
        (await ReadAsync((200, Row("Shipped", 2, 1)), (200, Row("Shipped", 1, 1)), (200, Row("Shipped", 2, 1)))).StepsBack.ShouldHaveSingleItem();
        (await ReadAsync((200, Row("Shipped", 1, 2)), (200, Row("Shipped", 1, 1)), (200, Row("Shipped", 1, 2)))).StepsBack.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task AnswerThatIsNone_IsAnError()
    {
        var report = await ReadAsync((200, Row("Placed", 1, 1)), (404, "gone"), (200, Row("Placed", 1, 1)));

        report.Errors.ShouldBe(["o-1: 404 gone"]);
        report.StepsBack.ShouldBeEmpty();
    }

    private static string Row(string status, int payments, int history) =>
        $$"""{"status":"{{status}}","payments":{{payments}},"history":[{{string.Join(',', Enumerable.Repeat("{}", history))}}]}""";

    // Each answer once, the last one for ever.
    private static async Task<ReaderReport> ReadAsync(params (int Status, string Body)[] answers)
    {
        var asked = 0;
        var all = new TaskCompletionSource();
        await using var server = await LocalWebServer.StartAsync(application => application.Run(context =>
        {
            var index = Interlocked.Increment(ref asked) - 1;
            if (index > answers.Length) all.TrySetResult();
            var (status, body) = answers[Math.Min(index, answers.Length - 1)];
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        }));
        await using var reader = new RestlessReader(server.BaseAddress, "orders-search", ["o-1"]);
        await all.Task.WaitAsync(Patience);
        return reader.Report;
    }
}
