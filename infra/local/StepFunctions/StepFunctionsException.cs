namespace EntitySync.Local.StepFunctions;

/// <summary>An answer of the Step Functions API that is an error: <paramref name="code"/> is its <c>__type</c>.</summary>
public sealed class StepFunctionsException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
