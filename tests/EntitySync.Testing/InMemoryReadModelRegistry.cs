using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReadModels;

namespace EntitySync.Testing;

/// <summary>An <see cref="IReadModelRegistry"/> with the conditions of the real one. Thread-safe.</summary>
public sealed class InMemoryReadModelRegistry : IReadModelRegistry
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ReadModelState> _states = [];
    private readonly Dictionary<ReadModelVersionId, Dictionary<(string Topic, int Partition), FillCheckpoint>> _checkpoints = [];
    private int _reads;
    private int _writes;

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Write requests, refused ones too.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>Awaited before each call, with its name (<c>Save</c>, <c>SaveCheckpoint</c> ...); may throw what the real one throws.</summary>
    public Func<string, Task> Calling { get; set; } = _ => Task.CompletedTask;

    public ReadModelState? Find(string readModel)
    {
        lock (_lock) return _states.GetValueOrDefault(readModel);
    }

    public async Task<ReadModelState?> GetAsync(string readModel, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        await Calling("Get");
        return Find(readModel);
    }

    public async Task<bool> SaveAsync(ReadModelState state, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _writes);
        await Calling("Save");
        lock (_lock)
        {
            if ((_states.GetValueOrDefault(state.ReadModel)?.Revision ?? 0) != state.Revision - 1) return false;
            _states[state.ReadModel] = state;
            return true;
        }
    }

    public async Task<IReadOnlyList<FillCheckpoint>> GetCheckpointsAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        await Calling("GetCheckpoints");
        lock (_lock)
        {
            return _checkpoints.TryGetValue(version, out var found)
                ? [.. found.Values.OrderBy(checkpoint => checkpoint.Topic, StringComparer.Ordinal).ThenBy(checkpoint => checkpoint.Partition)]
                : [];
        }
    }

    public async Task SaveCheckpointAsync(ReadModelVersionId version, FillCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _writes);
        await Calling("SaveCheckpoint");
        lock (_lock)
        {
            if (!_checkpoints.TryGetValue(version, out var found)) _checkpoints[version] = found = [];
            var held = found.GetValueOrDefault((checkpoint.Topic, checkpoint.Partition));
            if (held is null || held.Next <= checkpoint.Next) found[(checkpoint.Topic, checkpoint.Partition)] = checkpoint with { IsCaughtUp = checkpoint.IsCaughtUp || held is { IsCaughtUp: true } };
        }
    }

    public async Task DeleteCheckpointsAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _writes);
        await Calling("DeleteCheckpoints");
        lock (_lock) _checkpoints.Remove(version);
    }
}

/// <summary>An <see cref="IReadModelTables"/> that makes and removes the tables of an <see cref="InMemoryReadModelTable"/>. Thread-safe.</summary>
public sealed class InMemoryReadModelTables(InMemoryReadModelTable table) : IReadModelTables
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ReadModelVersionId, int> _asked = [];

    /// <summary>How often a new table answers that it is still being made.</summary>
    public int CallsUntilReady { get; set; }

    /// <summary>Awaited before each call, with its name (<c>Ensure</c>, <c>Delete</c>); may throw what the real one throws.</summary>
    public Func<string, ReadModelVersionId, Task> Calling { get; set; } = (_, _) => Task.CompletedTask;

    public async Task<bool> EnsureAsync(ReadModelVersionId version, ImmutableArray<ReadModelIndex> indexes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Calling("Ensure", version);
        lock (_lock)
        {
            if (table.Versions.Contains(version)) return true;
            _asked[version] = _asked.GetValueOrDefault(version) + 1;
            if (_asked[version] <= CallsUntilReady) return false;
            _asked.Remove(version);
            table.Create(version);
            return true;
        }
    }

    public async Task DeleteAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Calling("Delete", version);
        lock (_lock)
        {
            _asked.Remove(version);
            table.Remove(version);
        }
    }
}
