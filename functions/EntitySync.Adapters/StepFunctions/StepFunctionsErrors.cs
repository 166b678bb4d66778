using Amazon.Runtime;
using Amazon.StepFunctions.Model;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.StepFunctions;

/// <summary>Sorts what Step Functions and its client throw into the product's errors; no other AWS exception passes this project.</summary>
public static class StepFunctionsErrors
{
    /// <param name="stateMachine">ARN of the state machine (or execution), for the message.</param>
    /// <exception cref="TransientException">Throttled, too many open executions, unreachable, timed out, or an error of the service itself.</exception>
    /// <exception cref="ConflictException">An execution of this name was started before.</exception>
    /// <exception cref="InvalidRequestException">No such state machine, no permission, a request that Step Functions refuses.</exception>
    public static async Task<T> CallAsync<T>(string operation, string stateMachine, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (Sort(exception, operation, stateMachine, cancellationToken) is { } sorted)
        {
            throw sorted;
        }
    }

    /// <returns>Null for what is not an answer or failure of Step Functions: the caller's own cancellation, a programming error.</returns>
    public static EntitySyncException? Sort(Exception exception, string operation, string stateMachine, CancellationToken cancellationToken = default)
    {
        var place = $"Step Functions {operation} on '{stateMachine}'";
        return exception switch
        {
            ExecutionAlreadyExistsException => new ConflictException($"{place}: an execution of this name was started before.", exception),
            AmazonServiceException service when AwsErrors.IsTransient(service) || service is ExecutionLimitExceededException or KmsThrottlingException
                => new TransientException($"{place} failed for now: {AwsErrors.Describe(service)}", exception),
            AmazonServiceException service => new InvalidRequestException($"{place} was refused: {AwsErrors.Describe(service)}", exception),
            _ when AwsErrors.IsUnreachable(exception, cancellationToken) => new TransientException($"{place}: no answer ({exception.Message})", exception),
            _ => null,
        };
    }
}
