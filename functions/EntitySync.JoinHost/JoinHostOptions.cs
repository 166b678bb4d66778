using System.Net;
using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>Knobs of the container that operators do not need and tests do.</summary>
public sealed record JoinHostOptions
{
    /// <summary>Address the HTTP endpoints listen on; the local runner uses loopback.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Any;

    /// <summary>Bounds and switches of the topologies; null: what the settings say.</summary>
    public JoinOptions? Join { get; init; }

    /// <summary>
    /// Ask the cluster at each start of a session whether topics are compacted and how large their records may be. The embedded cluster never answers such a request.
    /// </summary>
    public bool ChecksTopicSettings { get; init; } = true;

    /// <summary>Largest records of topics, in bytes, whatever the cluster tells.</summary>
    public IReadOnlyDictionary<string, int> MaximumRecordBytes { get; init; } = new Dictionary<string, int>();

    /// <summary>How long a question about an entity waits for the join thread's answer.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest time between an emission and the commit of the position it came from.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>With transactions: longest wait for a commit when nothing else is to do, since readers see emissions only then.</summary>
    public TimeSpan IdleCommitInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Records and fan-out visits after which a commit is due at once.</summary>
    public int CommitRecords { get; init; } = 10_000;

    /// <summary>Live records taken in a row before anything else is looked at.</summary>
    public int LiveStep { get; init; } = 1_000;

    /// <summary>Replay records taken in a row once fewer live records wait than <see cref="LiveStep"/>; a live update is never behind a replay by more.</summary>
    public int ReplayStep { get; init; } = 200;

    /// <summary>Records of broadcast topics taken in a row.</summary>
    public int BroadcastStep { get; init; } = 200;

    /// <summary>Time of a fan-out step; a live update is never behind a fan-out by more.</summary>
    public TimeSpan FanoutStep { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Records on their way to the brokers beyond which fan-outs wait: live emissions queue behind them.</summary>
    public int FanoutInFlight { get; init; } = 10_000;

    /// <summary>Records restored in a row; live partitions of the same thread go on in between.</summary>
    public int RestoreStep { get; init; } = 5_000;

    /// <summary>How long a thread with nothing to do waits for a lead record before it looks for others again.</summary>
    public TimeSpan IdleWait { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a broker may hold a fetch that finds nothing. A real one answers as soon as a record comes; the mock cluster of the tests only then.</summary>
    public TimeSpan FetchWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A container that is gone for so long loses its partitions to others.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the client retries an emission before the thread starts again from the committed positions.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// With transactions: how long one may take, retries included. The open transaction of a container that is gone holds up readers of committed
    /// records for so long, unless a container with the same instance id comes back before.
    /// </summary>
    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for one answer of the cluster (topics, positions).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wait after a refusal that only a person or a smaller table can end, e.g. more related rows than the memory budget.</summary>
    public TimeSpan RefusedBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A thread that has run for so long without a failure works, whatever comes later; see <see cref="JoinThreadStatus.HasWorked"/>.</summary>
    public TimeSpan WorksAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A thread that shows no sign of life for so long hangs, and only a new process can help. Longer than its longest wait, <see cref="RefusedBackoff"/>, and than the five minutes after which
    /// the group has given its partitions to others anyway.
    /// </summary>
    public TimeSpan HangsAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest wait for emissions on a clean stop; what is not acknowledged then is emitted again after the next start.</summary>
    public TimeSpan StopFlushTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest clean stop of all threads together; telemetry gets one second after it, and the whole is to take less than ten.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(8);
}
