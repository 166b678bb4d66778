namespace EntitySync.Core.Replay;

/// <summary>What a request may ask of a replay that is there.</summary>
public static class ReplayActions
{
    /// <summary>No further page is begun; a start with the id goes on.</summary>
    public const string Pause = "pause";

    /// <summary>Goes on from the checkpoints, as a start with the id alone does.</summary>
    public const string Resume = "resume";

    /// <summary>No further page is begun, ever.</summary>
    public const string Stop = "stop";

    public static readonly IReadOnlyList<string> All = [Pause, Resume, Stop];
}
