namespace EntitySync.Local.StepFunctions;

/// <summary>Calls a function of the template by its name, as the Lambda Invoke API does.</summary>
public interface ILambdaInvoker
{
    /// <param name="functionName">Logical id of the function in template.yaml, e.g. <c>PlanReplayFunction</c>.</param>
    /// <param name="payload">The event as JSON.</param>
    /// <returns>The function's answer as JSON, or its error.</returns>
    Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}

/// <summary>Outcome of one invocation.</summary>
/// <param name="Payload">JSON answer; with an error the <c>{"errorType","errorMessage","stackTrace"}</c> object that Lambda reports.</param>
/// <param name="FunctionError">Null on success, else <c>Unhandled</c>.</param>
public readonly record struct LambdaResult(ReadOnlyMemory<byte> Payload, string? FunctionError);
