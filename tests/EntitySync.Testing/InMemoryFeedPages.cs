using EntitySync.Core.Feeds;

namespace EntitySync.Testing;

/// <summary>An <see cref="IFeedPages"/> in memory. Counts writes. Thread-safe.</summary>
public sealed class InMemoryFeedPages : IFeedPages
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Feed, long First), PageRun> _runs = [];

    /// <summary>Runs that were added.</summary>
    public int Writes { get; private set; }

    /// <summary>Runs that another writer had added before.</summary>
    public int Refused { get; private set; }

    /// <summary>Awaited before a run is added: a test lets another writer be first, or the table be away.</summary>
    public Func<PageRun, Task> BeforeAdd { get; set; } = _ => Task.CompletedTask;

    /// <summary>All runs of a feed, ascending.</summary>
    public IReadOnlyList<PageRun> Runs(string feed)
    {
        lock (_lock) return [.. _runs.Where(run => run.Key.Feed == feed).Select(run => run.Value)];
    }

    public Task<PageRun?> LastAsync(string feed, CancellationToken cancellationToken) => Task.FromResult(Runs(feed) is [.., var last] ? last : null);

    public Task<PageRun?> FindAsync(string feed, long page, CancellationToken cancellationToken) =>
        Task.FromResult(Runs(feed).LastOrDefault(run => run.First <= page) is { } run && page <= run.Last ? run : null);

    public async Task<bool> TryAddAsync(string feed, PageRun run, CancellationToken cancellationToken)
    {
        await BeforeAdd(run);
        lock (_lock)
        {
            if (!_runs.TryAdd((feed, run.First), run))
            {
                Refused++;
                return false;
            }

            Writes++;
            return true;
        }
    }
}
