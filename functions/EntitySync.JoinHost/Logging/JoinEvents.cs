using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost.Logging;

/// <summary>
/// Names of what the container logs (<c>event</c> of a line), so that a log query or alarm need not match sentences. A name keeps its meaning;
/// texts may change. Lines without a name still have their <c>template</c>.
/// </summary>
internal static class JoinEvents
{
    public static readonly EventId Starting = new(1, nameof(Starting));

    /// <summary>A thread's session has failed; it starts again from the committed positions.</summary>
    public static readonly EventId SessionEnded = new(2, nameof(SessionEnded));

    /// <summary>A defect of ours: worth an alarm.</summary>
    public static readonly EventId UnexpectedFailure = new(3, nameof(UnexpectedFailure));

    /// <summary>A clean stop took too long.</summary>
    public static readonly EventId LeftBehind = new(4, nameof(LeftBehind));

    public static readonly EventId QueryFailed = new(5, nameof(QueryFailed));

    /// <summary>How far an entity is, once a minute.</summary>
    public static readonly EventId Report = new(6, nameof(Report));
}
