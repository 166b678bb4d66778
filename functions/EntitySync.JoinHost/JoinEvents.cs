using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>Names of what the container logs, so that a log query need not match sentences. A name keeps its meaning for ever; texts may change.</summary>
internal static class JoinEvents
{
    public static readonly EventId QueryFailed = new(101, nameof(QueryFailed));
}
