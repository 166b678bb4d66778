using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Joins;

/// <summary>
/// The related rows of an entity's broadcast relations, shared by the root tasks of one thread.
/// <list type="bullet">
/// <item>Its owner gives it <see cref="Restore"/> for each record of every partition of each broadcast source up to the end it found at the start, then
/// <see cref="CompleteRestore"/>, and only then makes tasks with it; from there on <see cref="Process"/>, which starts fan-outs in the tasks.</item>
/// <item>Its positions are not committed: a new thread reads the topics from their beginning. What a task has already passed on is in the task's own progress.</item>
/// </list>
/// </summary>
#pragma warning disable CA1822
public sealed class BroadcastTables : IDisposable
{
    public BroadcastTables(JoinTopology topology, JoinOptions options, ILogger logger, TimeProvider time)
    {
        Topology = topology;
        _ = options;
        _ = logger;
        _ = time;
    }

    public JoinTopology Topology { get; }

    /// <summary>Related rows held.</summary>
    public long Rows => 0;

    /// <summary>Bytes held, as <see cref="JoinOptions.BroadcastBytes"/> counts them.</summary>
    public long Bytes => 0;

    /// <param name="record">Its <see cref="LogRecord.Source"/> is an index into the root part's sources.</param>
    public void Restore(in LogRecord record) => _ = record;

    public void CompleteRestore()
    {
    }

    /// <exception cref="Errors.InvalidRequestException">The rows take more than <see cref="JoinOptions.BroadcastBytes"/>; the message has the numbers and the way out.</exception>
    public void Process(in LogRecord record) => _ = record;

    public void Dispose()
    {
    }
}
