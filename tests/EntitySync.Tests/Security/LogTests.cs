using System.Text;
using System.Text.Json;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Functions;
using EntitySync.Testing;
using EntitySync.Tests.ReadModels;
using EntitySync.Tests.Reconciliation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Security;

/// <summary>What of a record may be in a log.</summary>
public sealed class LogTests
{
    private const string Secret = "DE02-4111-SECRET";

    /// <summary>Records of every kind of badness, each with a value that is none of the definition's business.</summary>
    public static TheoryData<string> BadRecords { get; } =
    [
        $$"""{"sku":"other","iban":"{{Secret}}"}""",
        $$"""{"iban":"{{Secret}}"}""",
        $$"""{"sku":"a","iban":"{{Secret}}","deliveryClasses":7}""",
        $$"""{"sku":"a","iban":"{{Secret}}","sku":"a"}""",
        $$"""{"sku":"a","ok":tru,"iban":"{{Secret}}"}""",
        $$"""{"sku":"a","iban":"{{Secret}}""",
        $$"""{"sku":"a","iban":"{{Secret}}"} {{Secret}}""",
        $$"""nothing like JSON {{Secret}}""",
        $$"""["{{Secret}}"]""",
        $$"""{"sku":"a","iban":"\ud800{{Secret}}"}""",
        $$"""{"orderId":"a","iban":"{{Secret}}","products":7,"type":7,"total":[7]}""",
    ];

    [Theory]
    [MemberData(nameof(BadRecords))]
    public async Task ValueThatNoDefinitionNames_IsInNoLine(string record)
    {
        var log = new RecordingLogger();
        var writer = new RecordingTopicWriter();
        var batch = new EnrichBatch(new EntityCatalog([SampleDefinitions.Item()]), new RowCache(new InMemoryReferenceTables(), TimeProvider.System), writer, new TypedLogger<EnrichBatch>(log));
        await batch.RunAsync([new PartitionRecords("item-updates", 0, [new EnrichRecord(1, "a"u8.ToArray(), Encoding.UTF8.GetBytes(record), [])])], () => TimeSpan.MaxValue, CancellationToken.None);
        using (var driver = new TopologyDriver(SampleDefinitions.Item(strategy: Strategy.Broadcast), logger: log))
        {
            driver.Root("a", record);
            driver.Pipe("delivery-classes", "express", record);
            driver.Replay("a", record);
        }

        var reconciliation = new ReconciliationRig();
        await reconciliation.TryAsync(reconciliation.Next("orders", "a", record));
        var readModel = new ProjectRig();
        await readModel.ResultAsync(readModel.Next("a", record));

        string[] lines = [.. log.Lines, .. reconciliation.Log.Lines, .. readModel.Log.Lines];
        lines.ShouldNotBeEmpty();
        lines.ShouldAllBe(line => !line.Contains("SECRET"));
    }

    /// <summary>One entry, one line: what a key holds cannot begin a line of its own, as a forged entry would need.</summary>
    [Theory]
    [InlineData("a\n{\"level\":\"Critical\"}")]
    [InlineData("a\r\nb\0c\u2028d\u0085e\"f\\")]
    public void LineBreakInAKey_StaysWithinItsLine(string key)
    {
        using var output = new MemoryStream();
        using var provider = new JsonLineLoggerProvider(output, TimeProvider.System);
        provider.CreateLogger("x").LogWarning(new InvalidOperationException(key), "{Path} failed", key);
        var line = Encoding.UTF8.GetString(output.ToArray());
        line.ShouldEndWith("\n");
        line[..^1].ReplaceLineEndings("\n").ShouldNotContain("\n");
        using var json = JsonDocument.Parse(line);
        json.RootElement.GetProperty("message").GetString().ShouldBe($"{key} failed");
        json.RootElement.GetProperty("level").GetString().ShouldBe("WARN");
    }

    [Fact]
    public void Functions_LogJsonLines()
    {
        using var services = new ServiceCollection().AddEntitySync(new EntitySyncSettings()).BuildServiceProvider();
        services.GetServices<ILoggerProvider>().ShouldHaveSingleItem().ShouldBeOfType<JsonLineLoggerProvider>();
    }

    private sealed class TypedLogger<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
