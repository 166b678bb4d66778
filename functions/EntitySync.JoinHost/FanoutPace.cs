using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>Cuts fan-outs into steps of about the same time: visits as many entities as the last step's speed allows, one task after the other.</summary>
internal sealed class FanoutPace(TimeSpan step, TimeProvider time)
{
    private const int Fewest = 16;
    private const int Most = 100_000;

    private int _entities = 256;
    private int _next;

    /// <returns>Entities visited; 0 when no task has a fan-out.</returns>
    public int Step(IReadOnlyList<JoinTask> tasks)
    {
        for (var tried = 0; tried < tasks.Count; tried++)
        {
            _next = (_next + 1) % tasks.Count;
            var task = tasks[_next];
            if (task.HasFanout) return Visit(task);
        }

        return 0;
    }

    private int Visit(JoinTask task)
    {
        var started = time.GetTimestamp();
        var visited = task.Fanout(_entities);
        var taken = time.GetElapsedTime(started);
        if (taken > step) _entities = Math.Max(Fewest, (int)(_entities * Math.Max(0.25, step / taken)));
        else if (visited >= _entities && taken < step / 2) _entities = Math.Min(Most, _entities * 2);
        return visited;
    }
}
