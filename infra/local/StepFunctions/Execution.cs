namespace EntitySync.Local.StepFunctions;

/// <summary>What the runner knows of one execution of a state machine; times in UTC.</summary>
public sealed record Execution
{
    public required string Arn { get; init; }

    public required string StateMachineArn { get; init; }

    public required string Name { get; init; }

    public required string Input { get; init; }

    public required DateTimeOffset StartDate { get; init; }

    public string Status { get; init; } = Running;

    public DateTimeOffset? StopDate { get; init; }

    public string? Output { get; init; }

    public string? Error { get; init; }

    public string? Cause { get; init; }

    public const string Running = "RUNNING";
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string TimedOut = "TIMED_OUT";
    public const string Aborted = "ABORTED";
}

/// <summary>One event of an execution's course.</summary>
/// <param name="Type">Event kind as the interpreter names it, e.g. <c>StateEntered</c>, <c>StateRetried</c>.</param>
/// <param name="State">State it is about; null for the execution itself.</param>
public sealed record ExecutionEvent(string ExecutionArn, string Type, string? State, string? Error, string? Cause);
