using EntitySync.Core.ReferenceTables;
using EntitySync.Core.Replay;

namespace EntitySync.Tests.ReferenceTables;

/// <summary>Starts replays as Step Functions does: a name once.</summary>
internal sealed class RecordingReplayStarter : IReplayStarter
{
    /// <summary>Runs before each start; throw here to fail it.</summary>
    public Func<ReplayRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    public List<(string Name, ReplayRequest Request)> Started { get; } = [];

    public List<string> Names { get; } = [];

    public async Task<ReplayStart> StartAsync(string name, ReplayRequest request, CancellationToken cancellationToken)
    {
        await Before(request);
        Names.Add(name);
        if (Started.Any(start => start.Name == name)) return ReplayStart.AlreadyExists;
        Started.Add((name, request));
        return ReplayStart.Started;
    }
}
