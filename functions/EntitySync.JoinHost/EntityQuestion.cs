using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>What a join thread says to a question.</summary>
internal enum EntityFinding
{
    /// <summary>The thread does not own the key's partition.</summary>
    Elsewhere,

    /// <summary>It owns the partition, and no root row has the key.</summary>
    Unknown,

    /// <summary>It owns the partition and is still restoring it.</summary>
    Restoring,

    /// <summary>The answer could not be made; the thread has logged why.</summary>
    Failed,

    Found,
}

/// <param name="Finding">What was found.</param>
/// <param name="Partition">Partition of the root topic that the key belongs to.</param>
/// <param name="Explanation">Only when <see cref="EntityFinding.Found"/>.</param>
internal sealed record EntityAnswer(EntityFinding Finding, int Partition, EntityExplanation? Explanation = null);

/// <summary>One question about one entity, put to all threads of the container, since only they know what they own. Safe for any thread.</summary>
internal sealed class EntityQuestion(JoinTopology topology, ReadOnlyMemory<byte> key, IReadOnlyList<EntityQueries> threads)
{
    private readonly TaskCompletionSource<EntityAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _silent = threads.Count;

    public JoinTopology Topology => topology;

    public ReadOnlyMemory<byte> Key => key;

    /// <summary>True when nobody waits for an answer any more.</summary>
    public bool IsOver => _answer.Task.IsCompleted;

    /// <returns>Null when no answer came in time, or when every thread has too many questions waiting.</returns>
    /// <exception cref="OperationCanceledException">Whoever asked has gone.</exception>
    public async Task<EntityAnswer?> AskAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var asked = threads.Count(thread => thread.TryAsk(this));
        if (asked == 0) return null;
        try
        {
            return await _answer.Task.WaitAsync(timeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _answer.TrySetCanceled(CancellationToken.None); // a thread that comes to the question later passes it by
        }
    }

    /// <summary>That a key is elsewhere counts only when every thread has said so; anything else is the answer.</summary>
    public void Answer(EntityAnswer answer)
    {
        if (answer.Finding != EntityFinding.Elsewhere || Interlocked.Decrement(ref _silent) == 0) _answer.TrySetResult(answer);
    }
}
