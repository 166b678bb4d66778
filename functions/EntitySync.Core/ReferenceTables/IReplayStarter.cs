using EntitySync.Core.Replay;

namespace EntitySync.Core.ReferenceTables;

public enum ReplayStart
{
    Started,

    /// <summary>An execution of this name was started before (it may be over).</summary>
    AlreadyExists,
}

/// <summary>Starts executions of the replay state machine.</summary>
public interface IReplayStarter
{
    /// <param name="name">Name of the execution: at most 80 of <c>A-Z a-z 0-9 - _</c>. A name is used once in 90 days.</param>
    /// <param name="request">The execution's input; at most 256 KiB as JSON.</param>
    /// <exception cref="Errors.TransientException">Throttled or unreachable after retries.</exception>
    /// <exception cref="Errors.InvalidRequestException">No such state machine, or no permission to start it.</exception>
    Task<ReplayStart> StartAsync(string name, ReplayRequest request, CancellationToken cancellationToken);
}
