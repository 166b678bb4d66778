using EntitySync.Adapters;
using EntitySync.Local.EventSources;
using EntitySync.Local.Template;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Local;

public sealed class BatchDeliveryTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly List<string> _invocations = [];
    private readonly List<string> _givenUp = [];
    private readonly EventSourceCounters _counters = new("source", "SampleFunction");
    private Func<IReadOnlyList<string>, DeliveryOutcome<string>> _function = _ => DeliveryOutcome<string>.Done;
    private Func<string, bool> _isWanted = _ => true;
    private Func<string, DateTimeOffset> _createdAt = _ => Now;
    private int _failingDestination;

    [Fact]
    public async Task Success_TakesOneInvocation()
    {
        await DeliverAsync("abc");
        _invocations.ShouldBe(["abc"]);
        _counters.Snapshot(0).ShouldBe(new EventSourceStatus("source", "SampleFunction", Delivered: 3, Invocations: 1, FailedInvocations: 0, Discarded: 0, Waiting: 0, LastError: null));
    }

    [Fact]
    public async Task PartialResponse_BringsBackOnlyWhatIsLeft()
    {
        _function = records => _invocations.Count == 1 ? DeliveryOutcome<string>.Partial([.. records.Skip(2)]) : DeliveryOutcome<string>.Done;
        await DeliverAsync("abcd");
        _invocations.ShouldBe(["abcd", "cd"]);
        _givenUp.ShouldBeEmpty();
    }

    [Fact]
    public async Task FunctionError_HalvesTheBatchUntilTheCauseIsAlone()
    {
        _function = records => records.Contains("c") ? DeliveryOutcome<string>.Failed(records, "boom") : DeliveryOutcome<string>.Done;
        await DeliverAsync("abcd", SourceSettings.Batch(retries: 2));
        _invocations.ShouldBe(["abcd", "ab", "cd", "c", "c", "c", "d"]);
        _givenUp.ShouldBe(["c: boom"]);
        _counters.Snapshot(0).ShouldBe(new EventSourceStatus("source", "SampleFunction", Delivered: 3, Invocations: 7, FailedInvocations: 5, Discarded: 1, Waiting: 0, LastError: "boom"));
    }

    [Fact]
    public async Task FunctionErrorWithoutBisect_RetriesTheWholeBatchAndGivesItUp()
    {
        _function = records => DeliveryOutcome<string>.Failed(records, "boom");
        await DeliverAsync("ab", SourceSettings.Batch(retries: 1, bisect: false));
        _invocations.ShouldBe(["ab", "ab"]);
        _givenUp.ShouldBe(["ab: boom"]);
    }

    [Fact]
    public async Task UnknownIdentifier_BringsTheWholeBatchAgainUncut()
    {
        _function = records => _invocations.Count < 3 ? DeliveryOutcome<string>.Unknown(records, "x-0@7") : DeliveryOutcome<string>.Done;
        await DeliverAsync("abcd");
        _invocations.ShouldBe(["abcd", "abcd", "abcd"]);
    }

    [Fact]
    public async Task Progress_StartsTheRetriesAgain()
    {
        // Each record fails twice, three retries are allowed: none is given up.
        _function = records => _invocations.Count % 3 == 0 ? DeliveryOutcome<string>.Partial([.. records.Skip(1)]) : DeliveryOutcome<string>.Partial(records);
        await DeliverAsync("abcd");
        _invocations.ShouldBe(["abcd", "abcd", "abcd", "bcd", "bcd", "bcd", "cd", "cd", "cd", "d", "d", "d"]);
        _givenUp.ShouldBeEmpty();
    }

    [Fact]
    public async Task OldRecords_AreGivenUpWithoutAnInvocation()
    {
        _createdAt = record => record == "a" ? Now - TimeSpan.FromHours(2) : Now;
        await DeliverAsync("ab");
        _invocations.ShouldBe(["b"]);
        _givenUp.ShouldBe(["a: older than 01:00:00"]);
    }

    [Fact]
    public async Task RecordsOfALostPartition_AreNotTriedAgain()
    {
        _function = records =>
        {
            _isWanted = record => record != "a";
            return _invocations.Count == 1 ? DeliveryOutcome<string>.Partial(records) : DeliveryOutcome<string>.Done;
        };
        await DeliverAsync("ab");
        _invocations.ShouldBe(["ab", "b"]);
    }

    [Fact]
    public async Task UnreachableDestination_IsTriedUntilItTakesTheRecords()
    {
        _failingDestination = 4;
        _function = records => DeliveryOutcome<string>.Failed(records, "boom");
        await DeliverAsync("a", SourceSettings.Batch(retries: 0));
        _givenUp.ShouldBe(["a: boom"]);
        _failingDestination.ShouldBe(0);
    }

    [Fact]
    public async Task Stop_EndsTheRetries()
    {
        using var stop = new CancellationTokenSource();
        _function = records =>
        {
            if (_invocations.Count == 3) stop.Cancel();
            return DeliveryOutcome<string>.Partial(records);
        };
        await Should.ThrowAsync<OperationCanceledException>(() => DeliverAsync("a", SourceSettings.Batch(retries: null), stop.Token));
        _invocations.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(1, 0.0, 100)]
    [InlineData(1, 1.0, 200)]
    [InlineData(3, 1.0, 800)]
    [InlineData(1000, 1.0, 5000)]
    public void Backoff_GrowsWithinItsLimits(int failures, double random, double milliseconds) =>
        new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), () => random).Delay(failures).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    private Task DeliverAsync(string records, BatchSettings? settings = null, CancellationToken cancellationToken = default)
    {
        var source = new DeliverySource<string>(Invoke, GiveUp, record => _isWanted(record), record => _createdAt(record));
        var noDelay = new Backoff(TimeSpan.Zero, TimeSpan.Zero, () => 0);
        return new BatchDelivery<string>(settings ?? SourceSettings.Batch(), source, _counters, noDelay, TimeProvider.System, NullLogger.Instance)
            .RunAsync([.. records.Select(record => record.ToString())], cancellationToken);
    }

    private Task<DeliveryOutcome<string>> Invoke(IReadOnlyList<string> records, CancellationToken cancellationToken)
    {
        _invocations.Add(string.Concat(records));
        return Task.FromResult(_function(records));
    }

    private Task<bool> GiveUp(IReadOnlyList<string> records, string reason, CancellationToken cancellationToken)
    {
        if (_failingDestination > 0 && --_failingDestination >= 0) return Task.FromResult(false);
        _givenUp.Add($"{string.Concat(records)}: {reason}");
        return Task.FromResult(true);
    }
}
