using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Sorts what DynamoDB and its client throw into the product's errors; no other AWS exception passes this project.</summary>
public static class DynamoDbErrors
{
    /// <summary>Runs <paramref name="call"/> and translates what it throws.</summary>
    /// <param name="operation">What is done, for the message, e.g. <c>GetItem</c>.</param>
    /// <param name="table">Physical table name, for the message.</param>
    /// <exception cref="TransientException">Throttled, unreachable, timed out, or an error of the service itself.</exception>
    /// <exception cref="ConflictException">A condition did not hold, or another transaction was in the way.</exception>
    /// <exception cref="InvalidRequestException">No such table, no permission, a request that DynamoDB refuses.</exception>
    public static async Task<T> CallAsync<T>(string operation, string table, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (Sort(exception, operation, table, cancellationToken) is { } sorted)
        {
            throw sorted;
        }
    }

    /// <returns>Null for what is not an answer or failure of DynamoDB: the caller's own cancellation, a programming error.</returns>
    public static EntitySyncException? Sort(Exception exception, string operation, string table, CancellationToken cancellationToken = default)
    {
        var place = $"DynamoDB {operation} on table '{table}'";
        return exception switch
        {
            ConditionalCheckFailedException or TransactionConflictException or ReplicatedWriteConflictException => new ConflictException($"{place}: another writer was first.", exception),
            TransactionCanceledException canceled => SortCanceled(canceled, place),
            AmazonServiceException service when AwsErrors.IsTransient(service) || service is LimitExceededException or TransactionInProgressException
                => new TransientException($"{place} failed for now: {AwsErrors.Describe(service)}", exception),
            AmazonServiceException service => new InvalidRequestException($"{place} was refused: {AwsErrors.Describe(service)}", exception),
            _ when AwsErrors.IsUnreachable(exception, cancellationToken) => new TransientException($"{place}: no answer ({exception.Message})", exception),
            _ => null,
        };
    }

    // The first reason that is not "None" names what went wrong with one of the transaction's items.
    private static EntitySyncException SortCanceled(TransactionCanceledException exception, string place)
    {
        var codes = (exception.CancellationReasons ?? []).Select(reason => reason.Code).Where(code => code is not (null or "None")).ToHashSet();
        var message = $"{place}: the transaction was cancelled ({string.Join(", ", codes.Order())}).";
        if (codes.Overlaps(["ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"])) return new ConflictException(message, exception);
        return codes.Count == 0 || codes.Overlaps(["ThrottlingError", "ProvisionedThroughputExceeded"])
            ? new TransientException(message, exception)
            : new InvalidRequestException(message, exception);
    }
}
