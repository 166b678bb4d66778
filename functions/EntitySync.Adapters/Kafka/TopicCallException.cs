using Confluent.Kafka;

namespace EntitySync.Adapters.Kafka;

/// <summary>A call about topics failed, as a whole (no topic) or for some of them.</summary>
internal sealed class TopicCallException(string what, IReadOnlyList<(string? Topic, Error Error)> errors, Exception inner)
    : Exception($"The cluster could not {what}: {string.Join("; ", errors.Select(Describe))}", inner)
{
    /// <summary>True when trying again may help.</summary>
    public bool MayPass => errors.All(error => MayErrorPass(error.Error));

    /// <summary>True when nobody has refused anything: brokers are away or busy.</summary>
    public bool IsTransient => errors.All(error => MayErrorPass(error.Error) && !IsPermission(error.Error));

    public static bool MayErrorPass(Error error) => IsPermission(error) || (KafkaErrors.Sort(error) == KafkaErrorAction.Retry && !IsAnswer(error));

    public static bool IsPermission(Error error) => error.Code is ErrorCode.ClusterAuthorizationFailed or ErrorCode.TopicAuthorizationFailed or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication;

    // The broker has looked at the request and says no; it would say so again.
    private static bool IsAnswer(Error error) => error.Code is ErrorCode.TopicException or ErrorCode.InvalidPartitions or ErrorCode.InvalidReplicationFactor or ErrorCode.InvalidReplicaAssignment
        or ErrorCode.InvalidConfig or ErrorCode.InvalidRequest or ErrorCode.PolicyViolation;

    private static string Describe((string? Topic, Error Error) error) => error.Topic is null ? KafkaErrors.Describe(error.Error) : $"{error.Topic} ({KafkaErrors.Describe(error.Error)})";
}
