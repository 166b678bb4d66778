using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.JoinHost.Logging;
using EntitySync.JoinHost.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// The container as an object: join threads and their HTTP endpoints. Program.cs, the local runner and tests start the same one;
/// it takes no signals and no configuration files by itself.
/// </summary>
public sealed class JoinHostApplication : IAsyncDisposable
{
    private readonly WebApplication _web;

    private JoinHostApplication(WebApplication web) => _web = web;

    /// <summary>Where the endpoints listen; known after the start.</summary>
    public Uri Address => new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public JoinHostStatus Status => Threads.Status();

    private JoinThreads Threads => _web.Services.GetRequiredService<JoinThreads>();

    /// <param name="settings">Kafka, group, threads, port.</param>
    /// <param name="catalog">The entities to join.</param>
    /// <param name="configureLogging">Default: JSON lines on standard output.</param>
    /// <param name="options">Knobs; the defaults fit production.</param>
    /// <param name="time">Default: the system's clock.</param>
    /// <exception cref="Core.Errors.InvalidRequestException">A definition or setting cannot work.</exception>
    public static JoinHostApplication Build(
        EntitySyncSettings settings, EntityCatalog catalog, Action<ILoggingBuilder>? configureLogging = null, JoinHostOptions? options = null, TimeProvider? time = null)
    {
        options ??= new JoinHostOptions();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(JoinHostApplication).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.ListenAddress, settings.JoinHttpPort);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        if (configureLogging is null) builder.Logging.AddJsonLines();
        else configureLogging(builder.Logging);
        builder.Services
            .AddRoutingCore()
            .AddSingleton<IHostLifetime, NoSignals>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout)
            .AddSingleton(provider => new JoinThreads(settings, catalog, options, provider.GetRequiredService<ILoggerFactory>(), time ?? TimeProvider.System))
            .AddHostedService(provider => new OtlpExport(settings, () => Metrics(provider.GetRequiredService<JoinThreads>()))) // first, so it is stopped last
            .AddHostedService(provider => new JoinReport(
                provider.GetRequiredService<JoinThreads>().Status, TimeSpan.FromSeconds(settings.JoinReportSeconds), provider.GetRequiredService<ILoggerFactory>().CreateLogger<JoinReport>(), time ?? TimeProvider.System))
            .AddHostedService(provider => provider.GetRequiredService<JoinThreads>());

        var web = builder.Build();
        var application = new JoinHostApplication(web);
        var threads = application.Threads;
        JoinHostEndpoints.Map(web, threads, new EntityEndpoint(catalog, threads.Topologies, threads.Queries, options.QueryTimeout, time ?? TimeProvider.System));
        return application;
    }

    private static JoinMetrics Metrics(JoinThreads threads) => new(threads.Status, () => threads.Counts);

    public Task StartAsync(CancellationToken cancellationToken = default) => _web.StartAsync(cancellationToken);

    /// <summary>Commits, leaves the group and stops, in less than ten seconds.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _web.StopAsync(cancellationToken);

    /// <summary>Stops as after a crash: nothing is flushed or committed. For tests and the demo.</summary>
    public async Task AbandonAsync()
    {
        await Threads.StopAsync(abandon: true);
        await _web.StopAsync();
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
