using EntitySync.Core.Errors;

namespace EntitySync.Tests.ReadModels.Rebuilds;

/// <summary>
/// Lets every call of a port wait for its turn, so that a test decides what happens next. All on one thread: what a caller does with an answer, up to its next call, happens inside
/// <see cref="Grant"/>.
/// </summary>
internal sealed class Turns
{
    private static readonly AsyncLocal<string?> Actor = new();

    private readonly List<Turn> _waiting = [];

    public IReadOnlyList<Turn> Waiting => _waiting;

    /// <summary>False lets every call through: before a test begins and after it ends.</summary>
    public bool IsStepped { get; set; }

    /// <summary>Starts work whose calls wait in its name.</summary>
    public static Task<T> Start<T>(string actor, Func<Task<T>> work)
    {
        Actor.Value = actor;
        try
        {
            return work();
        }
        finally
        {
            Actor.Value = null;
        }
    }

    public Task WaitAsync(string call)
    {
        if (!IsStepped) return Task.CompletedTask;
        var turn = new Turn(Actor.Value ?? throw new InvalidOperationException($"{call}: nobody's call"), call, new TaskCompletionSource());
        _waiting.Add(turn);
        return turn.Granted.Task;
    }

    public void Grant(Turn turn)
    {
        _waiting.Remove(turn);
        turn.Granted.SetResult();
    }

    public void Fail(Turn turn)
    {
        _waiting.Remove(turn);
        turn.Granted.SetException(new TransientException($"{turn.Call}: throttled"));
    }

    /// <summary>The process of an actor is gone: whatever it waits for never happens.</summary>
    public void Kill(string actor) => _waiting.RemoveAll(turn => turn.Actor == actor);
}

internal sealed record Turn(string Actor, string Call, TaskCompletionSource Granted);
