using System.Text;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.JoinHost;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.JoinHost;

public sealed class EntityQueriesTests : IDisposable
{
    private const int Partitions = 4;
    private static readonly Dictionary<string, int> Counts = new() { ["items"] = Partitions };

    private readonly TopologyDriver _driver = new(SampleDefinitions.Item(), Partitions);
    private readonly RecordingLogger _log = new();

    public void Dispose() => _driver.Dispose();

    [Fact]
    public async Task Key_IsAskedOfAllThreadsAndAnsweredByItsOwner()
    {
        EntityQueries[] threads = [new(NullLogger.Instance), new(NullLogger.Instance)];
        var asked = Ask("sku-1", threads);
        threads[0].AnswerFrom([], Counts);
        asked.IsCompleted.ShouldBeFalse("the other thread may own it");
        threads[1].AnswerFrom(Owned(isLive: true), Counts);

        (await asked)!.Finding.ShouldBe(EntityFinding.Unknown);
        (await asked)!.Partition.ShouldBe(Murmur2Partitioner.PartitionFor("sku-1"u8, Partitions));
    }

    [Fact]
    public async Task KnownKey_IsExplainedByItsTask()
    {
        EntityQueries[] threads = [new(NullLogger.Instance)];
        var position = _driver.Root("sku-1", """{"sku":"sku-1","deliveryClasses":[]}""");
        var asked = Ask("sku-1", threads);
        threads[0].AnswerFrom(Owned(isLive: true), Counts);

        var explanation = (await asked)!.Explanation.ShouldNotBeNull();
        (explanation.State, explanation.RootPosition).ShouldBe(("emitted", position.ToString()));
    }

    [Fact]
    public async Task PartitionThatIsRestored_SaysSo()
    {
        EntityQueries[] threads = [new(NullLogger.Instance)];
        var asked = Ask("sku-1", threads);
        threads[0].AnswerFrom(Owned(isLive: false), Counts);
        (await asked)!.Finding.ShouldBe(EntityFinding.Restoring);
    }

    [Fact]
    public async Task NoOwner_IsElsewhere()
    {
        EntityQueries[] threads = [new(NullLogger.Instance), new(NullLogger.Instance)];
        var asked = Ask("sku-1", threads);
        foreach (var thread in threads) thread.AnswerFrom([], Counts);
        (await asked)!.Finding.ShouldBe(EntityFinding.Elsewhere);
    }

    [Fact]
    public void FullQueue_RefusesMore()
    {
        EntityQueries[] threads = [new(NullLogger.Instance)];
        var asked = Enumerable.Range(0, EntityQueries.MostWaiting + 1).Select(key => Ask($"{key}", threads)).ToList();
        asked.Count(one => one.IsCompleted).ShouldBe(1);
        asked[^1].IsCompletedSuccessfully.ShouldBeTrue();

        threads[0].AnswerFrom([], Counts);
        threads[0].TryAsk(new EntityQuestion(_driver.Topology, default, threads)).ShouldBeTrue("a step has answered some");
    }

    [Fact]
    public async Task QuestionNobodyWaitsFor_IsPassedBy()
    {
        EntityQueries[] threads = [new(NullLogger.Instance)];
        using var gone = new CancellationTokenSource();
        var asked = Ask("a", threads, gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asked);

        threads[0].AnswerEach(_ => throw new InvalidOperationException("not to be asked"));
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task FailureToAnswer_DoesNotReachTheThread()
    {
        EntityQueries[] threads = [new(_log)];
        var asked = Ask("a", threads);
        threads[0].AnswerEach(_ => throw new InvalidOperationException("broken"));

        (await asked)!.Finding.ShouldBe(EntityFinding.Failed);
        _log.Lines.ShouldBe(["A question about item could not be answered"]);
    }

    private Task<EntityAnswer?> Ask(string key, IReadOnlyList<EntityQueries> threads, CancellationToken cancellationToken = default) =>
        new EntityQuestion(_driver.Topology, Encoding.UTF8.GetBytes(key), threads).AskAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);

    private IEnumerable<EntityOwner> Owned(bool isLive) => _driver.Tasks.Select(task => new EntityOwner("item", task.Partition, isLive ? task : null));
}
