using EntitySync.Adapters;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EntitySync.JoinHost.Telemetry;

/// <summary>
/// Sends metrics and traces to a collector when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one. The SDK reads the other standard variables itself:
/// headers, export interval, sampler, <c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>. A collector that is away costs data points, never the join.
/// </summary>
internal sealed class OtlpExport(EntitySyncSettings settings, Func<JoinMetrics> createMetrics) : IHostedService, IDisposable
{
    private const string Runtime = "System.Runtime";

    private JoinMetrics? _metrics;
    private MeterProvider? _meters;
    private TracerProvider? _traces;

    /// <summary>Longest wait for what is left, of the ten seconds that a clean stop has.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _metrics = createMetrics();
        if (settings.OtlpEndpoint is not { } endpoint) return Task.CompletedTask;
        var resource = ResourceBuilder.CreateEmpty()
            .AddService("entitysync-join", serviceInstanceId: Environment.MachineName)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(JoinInstruments.Name, Runtime)
            .AddOtlpExporter(exporter => Configure(exporter, endpoint, "v1/metrics")).Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(JoinInstruments.Name)
            .AddOtlpExporter(exporter => Configure(exporter, endpoint, "v1/traces")).Build();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Sends what is left, also when the time of the host's stop is up: its own is short, disposal without it waits longer, and a cancelled stop
    /// would end the process with an exception.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _meters?.Shutdown((int)ShutdownTimeout.TotalMilliseconds), CancellationToken.None),
        Task.Run(() => _traces?.Shutdown((int)ShutdownTimeout.TotalMilliseconds), CancellationToken.None));

    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // The exporter appends the signal's path only to an endpoint that it has read from the environment itself.
    private void Configure(OtlpExporterOptions exporter, Uri endpoint, string path)
    {
        var isHttp = settings.OtlpProtocol != "grpc";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = isHttp ? new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}") : endpoint;
    }
}
