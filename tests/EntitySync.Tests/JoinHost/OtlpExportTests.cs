using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.JoinHost.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Record = Confluent.Kafka.ConsumeResult<System.ReadOnlyMemory<byte>?, System.ReadOnlyMemory<byte>?>;

namespace EntitySync.Tests.JoinHost;

public sealed class OtlpExportTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private readonly ConcurrentBag<(string Path, string Type, byte[] Body)> _received = [];

    [Fact]
    public async Task Collector_ReceivesMetricsAndTracesBeforeTheEnd()
    {
        await using var collector = await StartCollectorAsync();
        using var export = ExportTo(collector);
        await export.StartAsync(default);
        JoinInstruments.Commit(0, TimeSpan.FromMilliseconds(3), isCommitted: true);
        var trace = new BatchTrace(0, TimeProvider.System);
        trace.Note(Record($"00-{Trace}-b7ad6b7169203331-01"), SourceRole.Root);
        trace.End();
        await export.StopAsync(default);

        _received.Select(request => (request.Path, request.Type)).Distinct().Order().ShouldBe([("/otlp/v1/metrics", "application/x-protobuf"), ("/otlp/v1/traces", "application/x-protobuf")]);
        Sent("/otlp/v1/metrics", "entitysync.join.records.processed").ShouldBeTrue();
        Sent("/otlp/v1/metrics", "entitysync.join.commit.duration").ShouldBeTrue();
        Sent("/otlp/v1/metrics", "entitysync-join").ShouldBeTrue("the service's name");
        Sent("/otlp/v1/traces", "join batch").ShouldBeTrue();
    }

    [Fact]
    public async Task TimeOfTheStopIsUp_SendsWhatIsLeftAllTheSame()
    {
        await using var collector = await StartCollectorAsync();
        using var export = ExportTo(collector);
        await export.StartAsync(default);
        await export.StopAsync(new CancellationToken(canceled: true));

        Sent("/otlp/v1/metrics", "entitysync.join.records.processed").ShouldBeTrue();
    }

    [Fact]
    public async Task NoCollector_SendsNothing()
    {
        using var export = new OtlpExport(new EntitySyncSettings(), Metrics);
        await export.StartAsync(default);
        await export.StopAsync(default);
        _received.ShouldBeEmpty();
    }

    [Fact]
    public void Batch_LinksToTheTracesOfItsRecordsAndNamesItsReplays()
    {
        const int thread = 4711; // other tests may trace at the same time
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == JoinInstruments.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (thread.Equals(activity.GetTagItem("entitysync.thread"))) activities.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var trace = new BatchTrace(thread, TimeProvider.System);

        trace.Note(Record(null), SourceRole.Root);
        trace.End(); // nobody asked about this one
        trace.Note(Record($"00-{Trace}-b7ad6b7169203331-01"), SourceRole.Root);
        trace.Note(Record("nonsense", """{"replayId":"r1","causes":[]}"""), SourceRole.Replay);
        trace.Note(Record(null, """{"replayId":"r1","causes":[]}"""), SourceRole.Replay);
        trace.Note(Record(null, "poison"), SourceRole.Replay);
        trace.End();
        trace.Note(Record(null), SourceRole.Root);
        trace.End("broker away");

        activities.Select(activity => (activity.DisplayName, activity.Status, activity.StatusDescription)).ShouldBe(
            [("join batch", ActivityStatusCode.Unset, null), ("join batch", ActivityStatusCode.Error, "broker away")]);
        var first = activities.First();
        first.Links.Select(link => link.Context.TraceId.ToString()).ShouldBe([Trace]);
        first.GetTagItem("entitysync.replay.ids").ShouldBe(new[] { "r1" });
        first.GetTagItem("messaging.batch.message_count").ShouldBe(4);
    }

    private static OtlpExport ExportTo(WebApplication collector) =>
        new(new EntitySyncSettings { OtlpEndpoint = AddressOf(collector), OtlpProtocol = "http/protobuf" }, Metrics) { ShutdownTimeout = TimeSpan.FromSeconds(30) };

    private static JoinMetrics Metrics() => new(() => new JoinHostStatus(true, [], new Dictionary<string, EntityCounts>()), () => [("item", new JoinCounts { Processed = 1 })]);

    private static Record Record(string? traceParent, string value = "{}") => new()
    {
        Message = new Message<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>
        {
            Value = Encoding.UTF8.GetBytes(value),
            Headers = traceParent is null ? null : new Headers { { "traceparent", Encoding.ASCII.GetBytes(traceParent) } },
        },
    };

    private static Uri AddressOf(WebApplication collector) =>
        new(collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/otlp/");

    private bool Sent(string path, string text) => _received.Any(request => request.Path == path && request.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    private async Task<WebApplication> StartCollectorAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var web = builder.Build();
        web.MapPost("/{**path}", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _received.Add((context.Request.Path.Value!, context.Request.ContentType!, body.ToArray()));
        });
        await web.StartAsync();
        return web;
    }
}
