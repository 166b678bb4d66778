using System.Text.Json;
using EntitySync.Functions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Functions;

public sealed class JsonLineLoggerProviderTests : IDisposable
{
    private const string Start = """{"timestamp":"2026-01-01T00:00:00Z",""";

    private readonly FunctionLog _log = new();

    [Fact]
    public void EachCall_IsOneLineAndIsWrittenAtOnce()
    {
        var logger = _log.Logger<Enrich>();
        logger.LogInformation("Read {Count} rows of {Table}", 2, "classes");
        _log.All.ShouldHaveSingleItem();
        _log.Calls.ShouldBe((1, 1), "a line in two writes could be torn by another process's");
        logger.LogWarning(FunctionEvents.DeadLettered, "{Count} records went to {Topic}", 3, "item-dead-letters");
        logger.LogError(new InvalidOperationException("first\nsecond"), "Gone");

        _log.All.ShouldBe(
        [
            Start + """{"level":"INFO","logger":"EntitySync.Functions.Enrich","message":"Read 2 rows of classes","template":"Read {Count} rows of {Table}","values":{"Count":2,"Table":"classes"}}"""[1..],
            Start + """{"level":"WARN","logger":"EntitySync.Functions.Enrich","event":"DeadLettered","message":"3 records went to item-dead-letters","template":"{Count} records went to {Topic}","values":{"Count":3,"Topic":"item-dead-letters"}}"""[1..],
            Start + """{"level":"ERROR","logger":"EntitySync.Functions.Enrich","message":"Gone","template":"Gone","exception":"System.InvalidOperationException: first\nsecond"}"""[1..],
        ]);
        _log.Calls.ShouldBe((3, 3));
    }

    [Fact]
    public void Scopes_AreFieldsOfTheirLines_InnerOnesWin()
    {
        var logger = _log.Logger<Enrich>();
        using (logger.BeginScope(Scope(("entity", "item"), ("partition", 3))))
        {
            logger.LogInformation("Outer");
            using (logger.BeginScope(Scope(("partition", 4)))) _log.Logger<Reconcile>().LogInformation("Inner");
        }

        logger.LogInformation("After");
        _log.All.ShouldBe(
        [
            Start + """{"level":"INFO","logger":"EntitySync.Functions.Enrich","entity":"item","partition":3,"message":"Outer","template":"Outer"}"""[1..],
            Start + """{"level":"INFO","logger":"EntitySync.Functions.Reconcile","entity":"item","partition":4,"message":"Inner","template":"Inner"}"""[1..],
            Start + """{"level":"INFO","logger":"EntitySync.Functions.Enrich","message":"After","template":"After"}"""[1..],
        ]);
    }

    [Fact]
    public async Task LinesOfManyThreads_DoNotMix()
    {
        const int Threads = 8;
        const int Each = 500;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            var logger = _log.Logger<Enrich>();
            for (var line = 0; line < Each; line++) logger.LogInformation("{Thread} {Line} {Text}", thread, line, new string((char)('a' + thread), 10 + (line % 90)));
        })));

        var lines = _log.All.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("values")).ToList();
        lines.Count.ShouldBe(Threads * Each);
        foreach (var thread in lines.GroupBy(values => values.GetProperty("Thread").GetInt32()))
        {
            thread.Select(values => values.GetProperty("Line").GetInt32()).ShouldBe(Enumerable.Range(0, Each), "a thread's lines keep their order");
            thread.ShouldAllBe(values => values.GetProperty("Text").GetString()!.All(letter => letter == 'a' + thread.Key));
        }
    }

    [Fact]
    public void Disposal_LeavesTheOutputOpen()
    {
        _log.Logger<Enrich>().LogInformation("One");
        _log.Dispose();
        _log.IsClosed.ShouldBeFalse("it is the process's own");
        _log.All.ShouldHaveSingleItem();
    }

    public void Dispose() => _log.Dispose();

    private static Dictionary<string, object?> Scope(params (string Name, object Value)[] values) => values.ToDictionary(pair => pair.Name, pair => (object?)pair.Value);
}
