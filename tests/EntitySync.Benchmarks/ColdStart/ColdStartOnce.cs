using System.Globalization;
using System.Runtime;
using System.Text;
using Amazon.Lambda.TestUtilities;
using EntitySync.Adapters;
using EntitySync.Core.State;
using EntitySync.Core.Topics;
using EntitySync.Functions;
using EntitySync.Local.Lambda;
using EntitySync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Benchmarks.ColdStart;

/// <summary>
/// What a new process of a function does: it makes the services of one handler, as its constructor for Lambda does, and serves two invocations. DynamoDB is a stand-in that the parent answers for, over
/// plain HTTP; Kafka is memory. So TLS, network and the brokers are not in the figures, which a snapshot would not keep either.
/// </summary>
internal static class ColdStartOnce
{
    public const string Command = "cold-start-once";

    /// <summary>Handler to its event.</summary>
    public static readonly IReadOnlyDictionary<string, string> Events = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ReferenceApi"] = Request("/reference-tables/delivery-classes/rows/express", """{"table":"delivery-classes","key":"express"}"""),
        ["ReconciliationApi"] = Request("/reconciliations/order-shipping/o-1", """{"entity":"order-shipping","id":"o-1"}"""),
        ["ReadModelApi"] = Request("/read-models/orders-search/o-1", """{"name":"orders-search","key":"o-1"}"""),
        ["Feed"] = Request("/feeds/items-merged", """{"feed":"items-merged"}"""),
        ["Enrich"] = """{"eventSource":"aws:kafka","records":{"item-updates-3":[{"topic":"item-updates","partition":3,"offset":41,"timestamp":1767225600000,"timestampType":"CREATE_TIME","key":"YS0x","value":"eyJza3UiOiJhLTEiLCJkZWxpdmVyeUNsYXNzZXMiOlsiZXhwcmVzcyJdLCJuYW1lIjoiw6kifQ==","headers":[]}]}}""",
    };

    /// <param name="arguments">Handler, port of the stand-in, ticks (UTC) at which the parent started the process.</param>
    /// <returns>0; the last line of the output holds the figures, in the order of <see cref="ColdStartRun"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var began = DateTime.UtcNow;
        var started = new DateTime(long.Parse(arguments[2], CultureInfo.InvariantCulture), DateTimeKind.Utc);
        var (entryCompiled, entryTime) = (JitInfo.GetCompiledMethodCount(), JitInfo.GetCompilationTime());
        var handler = HandlerBinding.Resolve($"EntitySync.Functions::EntitySync.Functions.{arguments[0]}::HandleAsync");
        var instance = Services(int.Parse(arguments[1], CultureInfo.InvariantCulture)).GetRequiredService(handler.Type);
        var ready = DateTime.UtcNow;
        var readyTime = JitInfo.GetCompilationTime();
        var payload = Encoding.UTF8.GetBytes(Events[arguments[0]]);
        var answer = await handler.InvokeAsync(instance, payload, new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(29) });
        var first = DateTime.UtcNow;
        var firstTime = JitInfo.GetCompilationTime();
        var compiled = JitInfo.GetCompiledMethodCount();
        await handler.InvokeAsync(instance, payload, new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(29) });
        var second = DateTime.UtcNow;

        Console.WriteLine(Encoding.UTF8.GetString(answer));
        Console.WriteLine(string.Join(' ', new[]
        {
            began - started, ready - began, readyTime - entryTime, first - ready, firstTime - readyTime, second - first,
        }.Select(span => span.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture)).Append(compiled.ToString(CultureInfo.InvariantCulture)).Append(entryCompiled.ToString(CultureInfo.InvariantCulture))));
        return 0;
    }

    private static ServiceProvider Services(int port)
    {
        var topics = new InMemoryTopicReader();
        topics.CreateTopic("items-merged", 12);
        return new ServiceCollection()
            .AddSingleton<ITopicReader>(topics)
            .AddSingleton<ITopicWriter, RecordingTopicWriter>()
            .AddEntitySync(EntitySyncSettings.FromEnvironment() with { DynamoDbEndpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"), KafkaBootstrapServers = "none:1" })
            .BuildServiceProvider();
    }

    private static string Request(string path, string parameters) =>
        $$$"""{"version":"2.0","rawPath":"/v1{{{path}}}","headers":{"accept":"*/*"},"pathParameters":{{{parameters}}},"requestContext":{"http":{"method":"GET","path":"/v1{{{path}}}"}},"isBase64Encoded":false}""";
}
