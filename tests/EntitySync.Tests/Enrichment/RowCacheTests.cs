using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

public sealed class RowCacheTests
{
    private const string Classes = "delivery-classes";

    private readonly TestClock _clock = new();
    private readonly InMemoryReferenceTables _tables = new();

    [Fact]
    public async Task SameInvocation_ReadsARowOnce()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var table = Cache().Table(Classes);
        var invocation = Begin();
        (await GetAsync(table, invocation, null, "a", "absent")).ShouldBe(["""{"v":1}""", null]);
        (await GetAsync(table, invocation, null, "absent", "a")).ShouldBe([null, """{"v":1}"""]);
        _tables.Reads.Select(read => (read.Table, string.Join(',', read.Keys))).ShouldBe([(Classes, "a,absent")]);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(60, 1)]
    public async Task NextInvocation_ReadsAgainUnlessAnAgeIsAllowed(int maximumAge, int reads)
    {
        var table = Cache(maximumAge).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        await GetAsync(table, Begin(), null, "a");
        _tables.RowsRead.ShouldBe(reads);
    }

    [Fact]
    public async Task AgeAllowed_EndsExactly()
    {
        var table = Cache(60).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        _clock.Advance(TimeSpan.FromSeconds(59.9));
        await GetAsync(table, Begin(), null, "a");
        _tables.RowsRead.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await GetAsync(table, Begin(), null, "a");
        _tables.RowsRead.ShouldBe(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    public async Task WarmOldRow_ReplayOfANewerOne_ReadsOnceAndGetsIt(int maximumAge)
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var table = Cache(maximumAge).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        _tables.Put(Classes, "a", """{"v":2}""");
        var replay = Replay(_tables.Cause(Classes, "a"));
        var invocation = Begin();
        for (var record = 0; record < 1000; record++) (await GetAsync(table, invocation, replay, "a")).ShouldBe(["""{"v":2}"""]);
        _tables.RowsRead.ShouldBe(2);
    }

    [Fact]
    public async Task CachedRowIsTheCause_NoRead()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        await GetAsync(table, Begin(), Replay(_tables.Cause(Classes, "a")), "a");
        _tables.RowsRead.ShouldBe(1);
    }

    [Fact]
    public async Task EditedByHand_SameVersionOtherContent_IsReadAgain()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        _tables.EditByHand(Classes, "a", """{"v":9}""");
        (await GetAsync(table, Begin(), Replay(_tables.Cause(Classes, "a")), "a")).ShouldBe(["""{"v":9}"""]);
    }

    [Fact]
    public async Task CauseOlderThanTheCachedRow_IsReadOnceACauseOverInvocations()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var old = Replay(_tables.Cause(Classes, "a"));
        _tables.Put(Classes, "a", """{"v":2}""");
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        for (var invocation = 0; invocation < 5; invocation++) (await GetAsync(table, Begin(), old, "a")).ShouldBe(["""{"v":2}"""]);
        _tables.RowsRead.ShouldBe(2);
    }

    [Fact]
    public async Task ColdCache_CauseOverInvocations_IsReadOnce()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var old = Replay(_tables.Cause(Classes, "a"));
        _tables.Put(Classes, "a", """{"v":2}""");
        var table = Cache(3600).Table(Classes);
        for (var invocation = 0; invocation < 5; invocation++) await GetAsync(table, Begin(), old, "a");
        _tables.RowsRead.ShouldBe(1);
    }

    [Fact]
    public async Task DeletedRow_ReplayOfTheDeletion_SeesItGone()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        _tables.Delete(Classes, "a");
        var replay = Replay(_tables.Cause(Classes, "a"));
        for (var invocation = 0; invocation < 3; invocation++) (await GetAsync(table, Begin(), replay, "a")).ShouldBe([null]);
        _tables.RowsRead.ShouldBe(2);
    }

    [Fact]
    public async Task AbsentRowThenCreated_ReplaySeesIt()
    {
        var table = Cache(3600).Table(Classes);
        (await GetAsync(table, Begin(), null, "a")).ShouldBe([null]);
        _tables.Put(Classes, "a", """{"v":1}""");
        (await GetAsync(table, Begin(), null, "a")).ShouldBe([null]);
        (await GetAsync(table, Begin(), Replay(_tables.Cause(Classes, "a")), "a")).ShouldBe(["""{"v":1}"""]);
        _tables.RowsRead.ShouldBe(2);
    }

    [Fact]
    public async Task ReplayWithoutCauses_ReadsEveryRowOnce()
    {
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a", "b");
        for (var invocation = 0; invocation < 3; invocation++) await GetAsync(table, Begin(), Replay(), "a", "b");
        _tables.Reads.Select(read => string.Join(',', read.Keys)).ShouldBe(["a,b", "a,b"]);
    }

    [Fact]
    public async Task ReplayOfAnotherRow_LeavesThisOneAlone()
    {
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a", "b");
        await GetAsync(table, Begin(), Replay(new ReplayCause(Classes, "b", 7, "x"), new ReplayCause("other-table", "a", 7, "x")), "a", "b");
        _tables.Reads.Select(read => string.Join(',', read.Keys)).ShouldBe(["a,b", "b"]);
    }

    [Fact]
    public async Task ConcurrentMisses_ShareOneRead()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var gate = new TaskCompletionSource();
        _tables.BeforeLook = (_, _) => gate.Task;
        var table = Cache().Table(Classes);
        var invocation = Begin();
        var first = GetAsync(table, invocation, null, "a", "b");
        var second = GetAsync(table, invocation, null, "b", "a", "c");
        gate.SetResult();
        (await first).ShouldBe(["""{"v":1}""", null]);
        (await second).ShouldBe([null, """{"v":1}""", null]);
        _tables.Reads.Select(read => string.Join(',', read.Keys)).ShouldBe(["a,b", "c"]);
    }

    [Fact]
    public async Task RunningReadThatStartedBeforeTheInvocation_IsNotShared()
    {
        var gate = new TaskCompletionSource();
        _tables.Put(Classes, "a", """{"v":1}""");
        _tables.AfterLook = (_, _) => gate.Task;
        var table = Cache().Table(Classes);
        var early = GetAsync(table, Begin(), null, "a");
        _tables.Put(Classes, "a", """{"v":2}""");
        _tables.AfterLook = (_, _) => Task.CompletedTask;
        var late = Begin();
        (await GetAsync(table, late, null, "a")).ShouldBe(["""{"v":2}"""]);
        gate.SetResult();
        (await early).ShouldBe(["""{"v":1}"""]);
        (await GetAsync(table, late, null, "a")).ShouldBe(["""{"v":2}"""], "the read that started earlier came back later");
        _tables.RowsRead.ShouldBe(2);
    }

    [Fact]
    public async Task FailedRead_FailsAllWhoWaitAndIsNotCached()
    {
        var gate = new TaskCompletionSource();
        _tables.BeforeLook = (_, _) => gate.Task;
        var table = Cache().Table(Classes);
        var invocation = Begin();
        var first = GetAsync(table, invocation, null, "a");
        var second = GetAsync(table, invocation, null, "a");
        gate.SetException(new TransientException("throttled"));
        await Should.ThrowAsync<TransientException>(first);
        await Should.ThrowAsync<TransientException>(second);
        _tables.BeforeLook = (_, _) => Task.CompletedTask;
        (await GetAsync(table, invocation, null, "a")).ShouldBe([null]);
        _tables.RowsRead.ShouldBe(2);
    }

    [Fact]
    public async Task OwnerOfASharedReadGivesUp_TheOtherReadsItself()
    {
        using var owner = new CancellationTokenSource();
        _tables.BeforeLook = (_, _) => Task.Delay(Timeout.Infinite, owner.Token);
        var table = Cache().Table(Classes);
        var invocation = Begin();
        var first = table.LoadAsync([Encoding.UTF8.GetBytes("a")], invocation, owner.Token);
        var second = GetAsync(table, invocation, null, "a");
        _tables.BeforeLook = (_, _) => Task.CompletedTask;
        _tables.Put(Classes, "a", """{"v":1}""");
        await owner.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        (await second).ShouldBe(["""{"v":1}"""]);
    }

    [Fact]
    public async Task ReaderThatGivesUpByItself_IsATransientFailure()
    {
        _tables.BeforeLook = (_, _) => throw new OperationCanceledException();
        await Should.ThrowAsync<TransientException>(GetAsync(Cache().Table(Classes), Begin(), null, "a"));
    }

    [Theory]
    [InlineData(3, long.MaxValue, new[] { "c", "d", "e" })]
    [InlineData(100, 16, new[] { "d", "e" })]
    [InlineData(0, long.MaxValue, new string[0])]
    public async Task Eviction_DropsTheRowsReadLongestAgo(int rows, long bytes, string[] kept)
    {
        foreach (var key in "abcde") _tables.Put(Classes, key.ToString(), """{"v":1}""");
        _cache = new RowCache(_tables, _clock, new RowCacheOptions { MaximumRows = rows, MaximumBytes = bytes, MaximumAge = TimeSpan.FromHours(1) });
        var table = _cache.Table(Classes);
        foreach (var key in "abcde") (await GetAsync(table, Begin(), null, key.ToString())).ShouldBe(["""{"v":1}"""]);
        var invocation = Begin();
        "abcde".Select(key => key.ToString()).Where(key => table.Find(Encoding.UTF8.GetBytes(key), invocation, null) is not null).ShouldBe(kept);
        _cache.Rows.ShouldBe(kept.Length);
        _cache.Bytes.ShouldBe(8 * kept.Length);
    }

    [Fact]
    public async Task ManyReplaysOfOneRow_ForgetTheOldestCauses()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var table = Cache(3600).Table(Classes);
        for (var version = 100; version < 117; version++) await GetAsync(table, Begin(), Replay(new ReplayCause(Classes, "a", version, "x")), "a");
        _tables.RowsRead.ShouldBe(17);
        await GetAsync(table, Begin(), Replay(new ReplayCause(Classes, "a", 116, "x")), "a");
        _tables.RowsRead.ShouldBe(17);
        await GetAsync(table, Begin(), Replay(new ReplayCause(Classes, "a", 100, "x")), "a");
        _tables.RowsRead.ShouldBe(18);
    }

    [Fact]
    public async Task SeveralCausesForOneRow_NoneIsTakenForTheNewest()
    {
        _tables.Put(Classes, "a", """{"v":1}""");
        var first = _tables.Cause(Classes, "a");
        var table = Cache(3600).Table(Classes);
        await GetAsync(table, Begin(), null, "a");
        _tables.Put(Classes, "a", """{"v":2}""");
        (await GetAsync(table, Begin(), Replay(_tables.Cause(Classes, "a"), first), "a")).ShouldBe(["""{"v":2}"""]);
    }

    [Fact]
    public async Task ImpossibleKeys_AreAbsentWithoutARead()
    {
        (await GetAsync(Cache().Table(Classes), Begin(), Replay(), "", new string('x', 2049))).ShouldBe([null, null]);
        _tables.Reads.ShouldBeEmpty();
    }

    private RowCache? _cache;

    private RowCache Cache(int maximumAge = 0) => _cache = new RowCache(_tables, _clock, new RowCacheOptions { MaximumAge = TimeSpan.FromSeconds(maximumAge) });

    private Invocation Begin() => (_cache ??= Cache()).Begin();

    private static ReplayMark Replay(params ReplayCause[] causes) => new(new ReplayMessage("r1", causes));

    private static async Task<List<string?>> GetAsync(RowTable table, Invocation invocation, ReplayMark? replay, params string[] keys)
    {
        var rows = keys.Select(key => table.Find(Encoding.UTF8.GetBytes(key), invocation, replay)).ToArray();
        var missing = Enumerable.Range(0, keys.Length).Where(index => rows[index] is null).ToList();
        var (loaded, _) = await table.LoadAsync(missing.ConvertAll(index => Encoding.UTF8.GetBytes(keys[index])), invocation, CancellationToken.None);
        for (var i = 0; i < missing.Count; i++) rows[missing[i]] = loaded[i];
        return [.. rows.Select(row => row!.Row is { } found ? Encoding.UTF8.GetString(found.Json.Span) : null)];
    }
}
