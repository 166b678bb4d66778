using Confluent.Kafka;

namespace EntitySync.Adapters.Kafka;

/// <summary>What to do about an error of the Kafka client.</summary>
public enum KafkaErrorAction
{
    /// <summary>The same call may succeed later: broker away, timeout, rebalance going on.</summary>
    Retry,

    /// <summary>This record can never be written; the others can.</summary>
    RefuseRecord,

    /// <summary>The client cannot go on; a new one in its place can.</summary>
    RebuildClient,

    /// <summary>Credentials, permissions or configuration are wrong: a person must act. Tried again rarely.</summary>
    Fatal,
}

/// <summary>Sorts all errors of the Kafka client in one place.</summary>
public static class KafkaErrors
{
    public static KafkaErrorAction Sort(Error error) => error.Code switch
    {
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord => KafkaErrorAction.RefuseRecord,

        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
            or ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.SaslAuthenticationFailed or ErrorCode.UnsupportedSaslMechanism
            or ErrorCode.SecurityDisabled or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.Local_InvalidArg
            or ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion => KafkaErrorAction.Fatal,

        // The group has given this member's partitions to others, or the producer's sequence is broken.
        ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId
            or ErrorCode.InvalidProducerEpoch or ErrorCode.ProducerFenced or ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId
            or ErrorCode.Local_Fatal or ErrorCode.Local_Fenced or ErrorCode.Local_State or ErrorCode.Local_Destroy
            or ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight => KafkaErrorAction.RebuildClient,

        _ => error.IsFatal ? KafkaErrorAction.RebuildClient : KafkaErrorAction.Retry,
    };

    /// <summary>
    /// True when a commit failed because the group is being rebalanced, or has been without this member knowing yet. Nothing is decided by it:
    /// the client either keeps its partitions and commits later, or is told that they are revoked or lost.
    /// </summary>
    public static bool IsRebalance(Error error) => error.Code is ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId
        or ErrorCode.NotCoordinatorForGroup or ErrorCode.Local_WaitCoord or ErrorCode.Local_AssignmentLost;

    /// <summary>True when broker or client may have refused the other's credentials. A broker that refuses a certificate may just hang up.</summary>
    public static bool IsRefusal(Error error) => error.Code is ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.Local_AllBrokersDown;

    public static string Describe(Error error) => $"{error.Code}: {error.Reason}";
}
