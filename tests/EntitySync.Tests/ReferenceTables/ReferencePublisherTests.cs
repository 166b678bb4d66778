using System.Text;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.ReferenceTables;

public sealed class ReferencePublisherTests
{
    private readonly RecordingTopicWriter _writer = new();
    private readonly ReferencePublisher _publisher;

    public ReferencePublisherTests() => _publisher = new ReferencePublisher(_writer, NullLogger<ReferencePublisher>.Instance);

    [Fact]
    public async Task ChangesOfDifferentKeys_GoTogether_TheSecondOfAKeyWaits()
    {
        var result = await PublishAsync(Row("1", "a"), Row("2", "b"), Row("3", "a"), Row("4", "c"), Row("5", "c"), Deleted("6", "a"));
        result.ShouldBe(new PublishResult(6, 0, null));
        Written().ShouldBe(["classes a 1", "classes b 2", "classes a 3", "classes c 4", "classes c 5", "classes a tombstone"]);
        _writer.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task Failure_IsTheRestartPoint_AndNothingOfALaterWaveIsWritten()
    {
        _writer.Answer = record => Text(record.Value) == "2" ? new WriteResult(WriteOutcome.Failed, "broker down") : new WriteResult(WriteOutcome.Written);
        (await PublishAsync(Row("1", "a"), Row("2", "b"), Row("3", "a"), Row("4", "b"))).ShouldBe(new PublishResult(1, 0, "2"));
        Written().ShouldBe(["classes a 1"]);
    }

    [Fact]
    public async Task TwoFailuresInAWave_TheEarlierIsTheRestartPoint()
    {
        _writer.Answer = record => Text(record.Value) is "2" or "3" ? new WriteResult(WriteOutcome.Failed) : new WriteResult(WriteOutcome.Written);
        (await PublishAsync(Row("1", "a"), Row("2", "b"), Row("3", "c"), Row("4", "d"))).RestartAt.ShouldBe("2");
    }

    [Fact]
    public async Task UnusableChange_GoesToTheDeadLetterTopic_AndTheRestGoesOn()
    {
        var result = await PublishAsync(Row("1", "a"), Unusable("2", "b"), Unusable("3", null), Row("4", "c"));
        result.ShouldBe(new PublishResult(2, 2, null));
        Written().ShouldBe(["classes a 1", "classes-dead-letters b original 2", "classes-dead-letters - original 3", "classes c 4"]);
        _writer.Written[1].Headers.Select(header => $"{header.Name}={Text(header.Value)}").ShouldBe(
        [
            "entitysync-dead-letter-reason=attribute 'x' is binary",
            "entitysync-dead-letter-position=classes@2",
            "entitysync-dead-letter-stage=PublishReference",
        ]);
    }

    [Fact]
    public async Task RefusedByTheTopic_IsDeadLettered_WithoutItsBytesWhenTheyAreTooManyThereToo()
    {
        _writer.Answer = record => record.Value is null || record.Topic.EndsWith("dead-letters", StringComparison.Ordinal) && Text(record.Key) == "b"
            ? new WriteResult(WriteOutcome.Written)
            : new WriteResult(WriteOutcome.Refused, "too large");
        (await PublishAsync(Row("1", "a"), Row("2", "b"))).ShouldBe(new PublishResult(0, 2, null));
        Written().ShouldBe(["classes-dead-letters a tombstone", "classes-dead-letters b original 2"]);
    }

    [Fact]
    public async Task DeadLetterTopicFails_IsTheRestartPoint()
    {
        _writer.Answer = record => new WriteResult(record.Topic == "classes" ? WriteOutcome.Written : WriteOutcome.Failed);
        (await PublishAsync(Row("1", "a"), Unusable("2", "b"), Row("3", "c"))).ShouldBe(new PublishResult(1, 0, "2"));
    }

    [Fact]
    public async Task OutOfTime_TheWholeWaveComesAgain()
    {
        using var time = new CancellationTokenSource();
        _writer.Gate = () => _writer.Calls == 2 ? time.CancelAsync() : Task.CompletedTask;
        var result = await _publisher.PublishAsync([Row("1", "a"), Row("2", "a"), Row("3", "b")], time.Token);
        result.ShouldBe(new PublishResult(1, 0, "2"));
    }

    private Task<PublishResult> PublishAsync(params RowPublication[] changes) => _publisher.PublishAsync(changes, CancellationToken.None);

    private IEnumerable<string> Written() => _writer.Written.Select(record => $"{record.Topic} {Text(record.Key) ?? "-"} {Text(record.Value) ?? "tombstone"}");

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Encoding.UTF8.GetString(present.Span) : null;

    private static RowPublication Row(string sequence, string key) => new("classes", key, sequence, Encoding.UTF8.GetBytes(sequence), null, Original(sequence));

    private static RowPublication Deleted(string sequence, string key) => new("classes", key, sequence, null, null, Original(sequence));

    private static RowPublication Unusable(string sequence, string? key) => new("classes", key, sequence, null, "attribute 'x' is binary", Original(sequence));

    private static byte[] Original(string sequence) => Encoding.UTF8.GetBytes("original " + sequence);
}
