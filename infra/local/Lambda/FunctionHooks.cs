using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Lambda;

/// <param name="Attempt">Number of this invocation of the function, from 1.</param>
public sealed record FunctionInvocation(string FunctionName, string RequestId, int Attempt, ReadOnlyMemory<byte> Payload);

/// <summary>Faults for tests and the demo. Their time counts as the function's; an exception of theirs is one of the function.</summary>
public sealed record FunctionHooks
{
    /// <summary>Runs before the handler; when it throws, the handler never ran.</summary>
    public Func<FunctionInvocation, CancellationToken, Task>? BeforeInvoke { get; init; }

    /// <summary>Runs after the handler; when it throws, the work is done but nobody gets the answer.</summary>
    public Func<FunctionInvocation, LambdaResult, CancellationToken, Task>? AfterInvoke { get; init; }
}
