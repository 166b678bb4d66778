using System.Net;

namespace EntitySync.JoinHost;

/// <summary>Knobs of the container that operators do not need and tests do.</summary>
public sealed record JoinHostOptions
{
    /// <summary>Address the HTTP endpoints listen on; the local runner uses loopback.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Any;

    /// <summary>Longest time between an emission and the commit of the position it came from.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Records after which a commit is due at once.</summary>
    public int CommitRecords { get; init; } = 10_000;

    /// <summary>Root records taken in a row before anything else is looked at.</summary>
    public int RootStep { get; init; } = 1_000;

    /// <summary>Replay records taken in a row when no root record waits; a live update is never behind a replay by more.</summary>
    public int ReplayStep { get; init; } = 200;

    /// <summary>Records restored in a row; live partitions of the same thread go on in between.</summary>
    public int RestoreStep { get; init; } = 2_000;

    /// <summary>How long a thread waits for a root record before it looks for replay records again.</summary>
    public TimeSpan IdleWait { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A container that is gone for so long loses its partitions to others.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the client retries an emission before the thread starts again from the committed positions.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for one answer of the cluster (topics, positions).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait for emissions on a clean stop; what is not acknowledged then is emitted again after the next start.</summary>
    public TimeSpan StopFlushTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest clean stop of all threads together.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(9);
}
