using System.Collections.Concurrent;
using EntitySync.Core.ReadModels;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Local.Lambda;

namespace EntitySync.Local.Demo;

/// <summary>An invocation was killed by the demo.</summary>
internal sealed class HandlerKilledException(string message) : Exception(message);

/// <summary>How often the invocations of a function were killed.</summary>
/// <param name="BetweenCalls">Before a call of the table or a topic, after it, or in the middle of one that writes several records; nothing further was written.</param>
/// <param name="AtTheEnd">When all was written, but nobody had been told.</param>
internal readonly record struct KillCounts(int BetweenCalls, int AtTheEnd)
{
    public int All => BetweenCalls + AtTheEnd;
}

/// <summary>
/// Kills invocations at random points, as a crash of a function's environment would: what was written stays, what follows never happens, and the event source
/// delivers the records again. The first invocation of each function dies in any case, later ones now and then.
/// </summary>
internal sealed class HandlerKiller(IEnumerable<string> functions, int seed)
{
    private const double Share = 0.3;

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly AsyncLocal<Doom?> _doom = new();
    private readonly ConcurrentDictionary<string, KillCounts> _counts = new(functions.Select(name => KeyValuePair.Create(name, default(KillCounts))), StringComparer.Ordinal);
    private volatile bool _isOver;

    public IReadOnlyDictionary<string, KillCounts> Counts => _counts;

    /// <summary>To be set for each of the functions.</summary>
    public FunctionHooks Hooks => new()
    {
        // No async method: what one of those sets of the invocation's context is gone when it returns.
        BeforeInvoke = (invocation, _) =>
        {
            _doom.Value = Draw(invocation);
            return Task.CompletedTask;
        },
        AfterInvoke = (_, _, _) => _doom.Value is { } doom ? Task.FromException(Kill(doom, isAtTheEnd: true)) : Task.CompletedTask,
    };

    /// <summary>From now on nobody dies.</summary>
    public void Stop() => _isOver = true;

    public IReconciliationTable Wrap(IReconciliationTable table) => new MortalReconciliationTable(this, table);

    public IReadModelTable Wrap(IReadModelTable table) => new MortalReadModelTable(this, table);

    public ITopicWriter Wrap(ITopicWriter writer) => new MortalWriter(this, writer);

    private Doom? Draw(FunctionInvocation invocation)
    {
        lock (_gate)
        {
            if (_isOver || (_counts[invocation.FunctionName].All > 0 && _random.NextDouble() >= Share)) return null;
            // Anywhere, in one of the first calls as often as in one of the last; or where it hurts most: when all is written, and the transition or the record about it is next.
            var isAnywhere = _random.Next(2) == 0;
            return new Doom(invocation.FunctionName, isAnywhere ? _random.Next(1, 1 + (1 << _random.Next(1, 8))) : _random.Next(1, 4), !isAnywhere, _random.Next(2) == 0);
        }
    }

    /// <summary>A call of a table or a topic: done, done in part, or never.</summary>
    /// <param name="call">The whole call.</param>
    /// <param name="isDecisive">It tells the world, or what is written after it does.</param>
    /// <param name="half">Half of it, where there is one.</param>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, bool isDecisive = false, Func<Task>? half = null)
    {
        if (_doom.Value is not { } doom) return await call();
        var left = doom.CountCall(isDecisive);
        if (left > 0) return await call();
        if (left == 0 && half is not null) await half();
        else if (left == 0 && doom.DiesAfterTheCall) await call();
        throw Kill(doom, isAtTheEnd: false);
    }

    private HandlerKilledException Kill(Doom doom, bool isAtTheEnd)
    {
        if (doom.IsFirst())
            _counts.AddOrUpdate(doom.Function, default(KillCounts), (_, counts) => isAtTheEnd ? counts with { AtTheEnd = counts.AtTheEnd + 1 } : counts with { BetweenCalls = counts.BetweenCalls + 1 });
        return new HandlerKilledException($"Killed by the demo {(isAtTheEnd ? "after its last write" : "between two calls")}.");
    }

    private sealed class Doom(string function, int calls, bool countsDecisiveOnly, bool diesAfterTheCall)
    {
        private int _left = calls;
        private int _kills;

        public string Function => function;

        public bool DiesAfterTheCall => diesAfterTheCall;

        /// <summary>What is left to it: 0 for the call in which it dies, less for those that never happen.</summary>
        public int CountCall(bool isDecisive) => countsDecisiveOnly && !isDecisive && Volatile.Read(ref _left) is > 0 and var left ? left : Interlocked.Decrement(ref _left);

        public bool IsFirst() => Interlocked.Exchange(ref _kills, 1) == 0;
    }
}
