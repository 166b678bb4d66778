using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost.Logging;

/// <summary>
/// Writes a line for each entity at a steady interval, event <see cref="JoinEvents.Report"/>, and a last one after the threads have stopped. The metric filters of infra/join-host.yaml read
/// <c>entity</c> and <c>values</c>: their names keep their meaning.
/// </summary>
/// <param name="status">The container as it is now.</param>
/// <param name="interval">Zero writes none.</param>
/// <param name="logger">Where the lines go.</param>
/// <param name="time">Whose interval it is.</param>
internal sealed class JoinReport(Func<JoinHostStatus> status, TimeSpan interval, ILogger logger, TimeProvider time) : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, EntityCounts> _last = new(StringComparer.Ordinal);
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (interval > TimeSpan.Zero) _timer = time.CreateTimer(_ => Write(), null, interval, interval);
        return Task.CompletedTask;
    }

    /// <summary>What came since the last line would be counted nowhere otherwise.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is null) return;
        await _timer.DisposeAsync();
        Write();
    }

    public void Dispose() => _timer?.Dispose();

    private void Write()
    {
        lock (_lock)
        {
            var now = status();
            if (now.Entities.Count == 0) logger.LogInformation(JoinEvents.Report, "No entity to join: lag {Lag}", 0); // silence would be taken for trouble
            foreach (var (entity, counts) in now.Entities) Write(now, entity, counts);
        }
    }

    private void Write(JoinHostStatus now, string entity, EntityCounts counts)
    {
        var last = _last.GetValueOrDefault(entity);
        _last[entity] = counts;
        var tasks = now.Threads.SelectMany(thread => thread.Tasks).Where(task => task.Entity == entity).ToList();
        var lags = LagsOf(now, tasks);
        logger.Within(("entity", entity)).LogInformation(
            JoinEvents.Report,
            "Lag {Lag}, of one partition at most {LargestLag}; oldest fan-out {FanoutAgeSeconds} s; {Emitted} emitted and {DeadLettered} dead-lettered since the last report; {Restoring} tasks restoring",
            lags?.Sum(),
            lags?.DefaultIfEmpty().Max(),
            (long)tasks.SelectMany(task => task.Fanouts).Select(change => change.Seconds).DefaultIfEmpty().Max(),
            counts.Emitted - (last?.Emitted ?? 0),
            counts.DeadLettered - (last?.DeadLettered ?? 0),
            tasks.Count(task => !task.IsLive));
    }

    /// <returns>
    /// Of each partition of root, replay and internal topics that the tasks read; null while it is not known: no thread is in the group, or nothing has been fetched yet, as during a restore. A
    /// container that owns no partition of the entity is not behind.
    /// </returns>
    private static List<long>? LagsOf(JoinHostStatus now, List<JoinTaskStatus> tasks)
    {
        if (!now.Threads.Any(thread => thread.HasJoined)) return null;
        var sources = tasks.SelectMany(task => task.Sources.Select(source => (source.Topic, task.Partition, source.Lag))).DistinctBy(source => (source.Topic, source.Partition)).ToList();
        var known = sources.Select(source => source.Lag).OfType<long>().ToList();
        return known.Count == 0 && sources.Count > 0 ? null : known;
    }
}
