using System.Text.Json;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Testing;

namespace EntitySync.Tests.Functions;

public sealed class CountedDeadLettersTests : IDisposable
{
    private readonly FunctionLog _log = new();
    private readonly RecordingTopicWriter _inner = new();

    [Fact]
    public async Task OnlyWhatWasWritten_IsCounted_OnceATopicAndCall()
    {
        _inner.Answer = record => Key(record) switch
        {
            "refused" => new WriteResult(WriteOutcome.Refused, "too large"),
            "failed" => new WriteResult(WriteOutcome.Failed, "no broker"),
            _ => new WriteResult(WriteOutcome.Written),
        };
        var results = await WriteAsync(
            ("item-dead-letters", "a"), ("items-merged", "b"), ("order-shipping-dead-letters", "c"), ("item-dead-letters", "refused"), ("item-dead-letters", "d"), ("shipment-dead-letters", "failed"));
        results.Select(result => result.Outcome).ShouldBe(
            [WriteOutcome.Written, WriteOutcome.Written, WriteOutcome.Written, WriteOutcome.Refused, WriteOutcome.Written, WriteOutcome.Failed]);
        await WriteAsync(("item-dead-letters", "e"));

        Lines().ShouldBe(["WARN DeadLettered 2 item-dead-letters", "WARN DeadLettered 1 order-shipping-dead-letters", "WARN DeadLettered 1 item-dead-letters"]);
        _inner.Written.Select(record => $"{record.Topic} {Key(record)}").ShouldBe(
            ["item-dead-letters a", "items-merged b", "order-shipping-dead-letters c", "item-dead-letters d", "item-dead-letters e"]);
    }

    [Fact]
    public async Task OtherTopics_AreNotCounted()
    {
        await WriteAsync(("items-merged", "a"), ("dead-letters-of-others", "b"), ("item-dead-letters-2", "c"));
        await WriteAsync();
        _log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task CallThatThrows_CountsNothing()
    {
        _inner.Gate = () => throw new OperationCanceledException();
        await Should.ThrowAsync<OperationCanceledException>(() => WriteAsync(("item-dead-letters", "a")));
        _log.All.ShouldBeEmpty();
    }

    public void Dispose() => _log.Dispose();

    private Task<IReadOnlyList<WriteResult>> WriteAsync(params (string Topic, string Key)[] records) =>
        new CountedDeadLetters(_inner, _log.Logger<CountedDeadLetters>()).WriteAsync(
            [.. records.Select(record => new OutgoingRecord { Topic = record.Topic, Key = System.Text.Encoding.UTF8.GetBytes(record.Key) })], TestContext.Current.CancellationToken);

    private IEnumerable<string> Lines() => _log.All.Select(line => JsonDocument.Parse(line).RootElement).Select(line =>
        $"{line.GetProperty("level")} {line.GetProperty("event")} {line.GetProperty("values").GetProperty("Count").GetInt32()} {line.GetProperty("values").GetProperty("Topic")}");

    private static string Key(OutgoingRecord record) => System.Text.Encoding.UTF8.GetString(record.Key!.Value.Span);
}
