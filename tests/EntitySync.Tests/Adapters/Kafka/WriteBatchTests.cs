using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;

namespace EntitySync.Tests.Adapters.Kafka;

public sealed class WriteBatchTests
{
    private static readonly Error None = new(ErrorCode.NoError, "");

    [Fact]
    public async Task Results_StandInTheOrderOfTheRecords()
    {
        var batch = Batch("a", "b", "c");
        batch.Complete(2, new Error(ErrorCode.Local_MsgTimedOut, "timed out"));
        batch.Complete(0, None);
        batch.Completion.IsCompleted.ShouldBeFalse();
        batch.Complete(1, new Error(ErrorCode.MsgSizeTooLarge, "too large"));

        (await batch.Completion).ShouldBe(
        [
            new WriteResult(WriteOutcome.Written),
            new WriteResult(WriteOutcome.Refused, "MsgSizeTooLarge: too large"),
            new WriteResult(WriteOutcome.Failed, "Local_MsgTimedOut: timed out"),
        ]);
        batch.NeedsNewClient.ShouldBeFalse();
    }

    [Fact]
    public async Task RecordWrittenAfterAFailedOneOfItsKey_IsToBeWrittenAgain()
    {
        var batch = Batch("a", "b", "a", null, "a");
        batch.Complete(0, new Error(ErrorCode.Local_MsgTimedOut, "reason"));
        batch.Complete(1, None);
        batch.Complete(2, None);
        batch.Complete(3, None);
        batch.Complete(4, new Error(ErrorCode.MsgSizeTooLarge, "reason"));

        (await batch.Completion).Select(result => result.Outcome).ShouldBe(
            [WriteOutcome.Failed, WriteOutcome.Written, WriteOutcome.Failed, WriteOutcome.Written, WriteOutcome.Refused]);
    }

    [Fact]
    public async Task RefusedRecord_DoesNotHoldBackLaterOnes()
    {
        var batch = Batch("a", "a");
        batch.Complete(0, new Error(ErrorCode.MsgSizeTooLarge, "reason"));
        batch.Complete(1, None);

        (await batch.Completion).Select(result => result.Outcome).ShouldBe([WriteOutcome.Refused, WriteOutcome.Written]);
    }

    [Fact]
    public void BrokenProducer_IsNoticed()
    {
        var batch = Batch("a");
        batch.Complete(0, new Error(ErrorCode.Local_Fatal, "reason"));
        batch.NeedsNewClient.ShouldBeTrue();
    }

    private static WriteBatch Batch(params string?[] keys) =>
        new([.. keys.Select(key => new OutgoingRecord { Topic = "t", Key = OptionalBytes.From(key is null ? null : Encoding.UTF8.GetBytes(key)) })]);
}
