using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Hooks;
using EntitySync.Core.Joins;
using EntitySync.JoinHost.Logging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>All threads of the container, started and stopped with its host.</summary>
internal sealed class JoinThreads : IHostedService, IDisposable
{
    private readonly IReadOnlyList<JoinTopology> _topologies;
    private readonly IReadOnlyList<JoinThread> _threads;
    private readonly JoinHostOptions _options;
    private readonly ILogger<JoinThreads> _logger;

    public JoinThreads(EntitySyncSettings settings, EntityCatalog catalog, JoinHostOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        if (settings.JoinThreads < 1) throw new InvalidRequestException("JOIN_THREADS must be at least 1.");
        _options = options = options with { Join = options.Join ?? FromSettings(settings) };
        _logger = loggers.CreateLogger<JoinThreads>();
        var hooks = new HookLoader(settings.HooksPath);
        _topologies = [.. catalog.All.Select(definition => JoinTopology.BuildTopology(definition, hooks.Load))];
        var connection = new KafkaConnection(settings, loggers.CreateLogger<KafkaConnection>(), time);
        _ = KafkaClientConfig.Admin(connection); // what it refuses, a thread would be refused again and again
        var instance = settings.JoinInstanceId ?? DefaultInstance(settings);
        var guard = new StateGuard(_topologies);

        // A deployment of reconciliations only has nothing to subscribe to: the container is ready, and joins nothing.
        _threads = [.. Enumerable.Range(0, _topologies.Count == 0 ? 0 : settings.JoinThreads).Select(index => new JoinThread(index, instance, settings, connection, _topologies, guard, options, loggers, time))];
    }

    private static JoinOptions FromSettings(EntitySyncSettings settings) => new()
    {
        BroadcastBytes = settings.JoinBroadcastMegabytes * 1024L * 1024,
        SuppressEqualOutput = settings.JoinSuppressEqualOutput,
    };

    /// <summary>The same after a restart of the container, and another one in each: two that share a port share no machine name.</summary>
    private static string DefaultInstance(EntitySyncSettings settings) =>
        settings.JoinHttpPort == 0 ? Guid.NewGuid().ToString("N") : $"{Environment.MachineName}-{settings.JoinHttpPort}";

    /// <summary>Threads that are gone or hang: only a new process can help.</summary>
    public IReadOnlyList<string> Dead => [.. _threads.Where(thread => thread.Death is not null).Select(thread => $"thread {thread.Status.Thread} {thread.Death}")];

    /// <summary>What keeps the container from being healthy: <see cref="Dead"/>, and threads that have not worked yet and are not about to.</summary>
    public IReadOnlyList<string> Problems => [.. Dead, .. _threads.Where(thread => thread.Death is null && IsKeptFromWork(thread.Status)).Select(thread =>
        $"thread {thread.Status.Thread} does not work yet ({thread.Status.State}): {thread.Reason ?? "no answer so far"}")];

    private static bool IsKeptFromWork(JoinThreadStatus status) => !status.HasWorked && !status.HasJoined;

    public IReadOnlyDictionary<string, JoinTopology> Topologies => _topologies.ToDictionary(topology => topology.Entity, StringComparer.Ordinal);

    /// <summary>One for each entity and thread.</summary>
    public IEnumerable<(string Entity, JoinCounts Counts)> Counts => _threads.SelectMany(thread => thread.Counts).Select(counts => (counts.Key, counts.Value));

    public IReadOnlyList<EntityQueries> Queries => [.. _threads.Select(thread => thread.Queries)];

    public JoinHostStatus Status()
    {
        var threads = _threads.Select(thread => thread.Status).ToList();
        var entities = _topologies.ToDictionary(
            topology => topology.Entity,
            topology => EntityCounts.Sum(_threads.Select(thread => thread.Counts[topology.Entity])),
            StringComparer.Ordinal);
        return new JoinHostStatus(threads.TrueForAll(thread => thread.IsReady), threads, entities);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _logger.LogInformation(JoinEvents.Starting, "Starting {Threads} threads for {Entities}", _threads.Count, _topologies.Count == 0 ? "no entity" : string.Join(", ", _topologies.Select(topology => topology.Entity)));
        foreach (var thread in _threads) thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => StopAsync(abandon: false);

    public void Dispose()
    {
        foreach (var thread in _threads) thread.Dispose();
    }

    /// <param name="abandon">True to drop what is not committed, as a crash would.</param>
    public async Task StopAsync(bool abandon)
    {
        foreach (var thread in _threads) thread.Stop(abandon);
        try
        {
            await Task.WhenAll(_threads.Select(thread => thread.Ended)).WaitAsync(_options.StopTimeout);
        }
        catch (TimeoutException)
        {
            _logger.LogWarning(JoinEvents.LeftBehind, "Threads still busy after {Seconds} s are left behind; what they have not committed is emitted again after the next start", _options.StopTimeout.TotalSeconds);
        }
    }
}
