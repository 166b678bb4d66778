using Confluent.Kafka;
using EntitySync.Adapters.Kafka;

namespace EntitySync.Tests.Adapters.Kafka;

public sealed class KafkaErrorsTests
{
    [Theory]
    [InlineData(ErrorCode.RequestTimedOut, KafkaErrorAction.Retry)]
    [InlineData(ErrorCode.NotLeaderForPartition, KafkaErrorAction.Retry)]
    [InlineData(ErrorCode.Local_AllBrokersDown, KafkaErrorAction.Retry)]
    [InlineData(ErrorCode.Local_MsgTimedOut, KafkaErrorAction.Retry)]
    [InlineData(ErrorCode.UnknownTopicOrPart, KafkaErrorAction.Retry)]
    [InlineData(ErrorCode.MsgSizeTooLarge, KafkaErrorAction.RefuseRecord)]
    [InlineData(ErrorCode.RecordListTooLarge, KafkaErrorAction.RefuseRecord)]
    [InlineData(ErrorCode.InvalidRecord, KafkaErrorAction.RefuseRecord)]
    [InlineData(ErrorCode.UnknownMemberId, KafkaErrorAction.RebuildClient)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber, KafkaErrorAction.RebuildClient)]
    [InlineData(ErrorCode.Local_Fatal, KafkaErrorAction.RebuildClient)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, KafkaErrorAction.Fatal)]
    [InlineData(ErrorCode.SaslAuthenticationFailed, KafkaErrorAction.Fatal)]
    public void Error_HasItsAction(ErrorCode code, KafkaErrorAction action) => KafkaErrors.Sort(new Error(code)).ShouldBe(action);

    [Fact]
    public void FatalClientError_NeedsANewClientWhateverItsCode() =>
        KafkaErrors.Sort(new Error(ErrorCode.RequestTimedOut, "fatal", isFatal: true)).ShouldBe(KafkaErrorAction.RebuildClient);

    [Theory]
    [InlineData(ErrorCode.RebalanceInProgress, true)]
    [InlineData(ErrorCode.IllegalGeneration, true)]
    [InlineData(ErrorCode.GroupAuthorizationFailed, false)]
    public void CommitDuringRebalance_IsKnown(ErrorCode code, bool isRebalance) => KafkaErrors.IsRebalance(new Error(code)).ShouldBe(isRebalance);
}
