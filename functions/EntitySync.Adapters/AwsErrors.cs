using System.Net;
using Amazon.Runtime;

namespace EntitySync.Adapters;

/// <summary>What the errors of all AWS services have in common; each adapter sorts its own with the help of these.</summary>
internal static class AwsErrors
{
    private static readonly HashSet<string> TransientCodes = new(StringComparer.Ordinal)
    {
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
        "ProvisionedThroughputExceededException", "LimitExceededException", "SlowDown", "KmsThrottlingException", "KMSThrottlingException",
        "InternalServerError", "InternalFailure", "InternalError", "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException",
        "ExpiredToken", "ExpiredTokenException", "RequestExpired",
    };

    public static bool IsTransient(AmazonServiceException exception) =>
        TransientCodes.Contains(exception.ErrorCode ?? "") || (int)exception.StatusCode >= 500 || exception.StatusCode == HttpStatusCode.TooManyRequests || IsWrapped(exception);

    /// <summary>No answer came: connection refused or lost, timed out, no credentials to be had right now.</summary>
    public static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpRequestException or IOException or TimeoutException or WebException or AmazonClientException => true,
        _ => false,
    };

    public static string Describe(AmazonServiceException exception) => string.IsNullOrEmpty(exception.ErrorCode) ? exception.Message : $"{exception.ErrorCode}: {exception.Message}";

    // The client wraps a lost connection into a service exception without status.
    private static bool IsWrapped(AmazonServiceException exception) =>
        exception.StatusCode == 0 && exception.InnerException is HttpRequestException or IOException or WebException or TimeoutException or OperationCanceledException;
}
