using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Testing;

namespace EntitySync.Tests.ReferenceTables;

public sealed class ReferenceRowsTests
{
    private static readonly ReferenceTable Table = new("delivery-classes", "name");
    private readonly TestClock _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));
    private readonly FakeReferenceRowStore _store = new();
    private readonly ReferenceRows _rows;

    public ReferenceRowsTests() => _rows = new ReferenceRows(_store, _clock, () => 0);

    [Fact]
    public async Task NewRow_TakesItsVersionFromTheClock()
    {
        (await PutAsync("""{"minimumTime":1}""")).ShouldBe(new RowWrite(RowWriteOutcome.Created, 1_000_000));
        _store.Json("delivery-classes", "express").ShouldBe("""{"_version":1000000,"minimumTime":1,"name":"express"}""");
    }

    [Fact]
    public async Task WritesOfOneMillisecond_HaveRisingVersions()
    {
        var versions = new List<RowWrite> { await PutAsync("{}"), await PutAsync("{}"), await PutAsync("{}") };
        _clock.Advance(TimeSpan.FromSeconds(1));
        versions.Add(await PutAsync("{}"));
        versions.ShouldBe(
        [
            new RowWrite(RowWriteOutcome.Created, 1_000_000),
            new RowWrite(RowWriteOutcome.Replaced, 1_000_001),
            new RowWrite(RowWriteOutcome.Replaced, 1_000_002),
            new RowWrite(RowWriteOutcome.Replaced, 1_001_000),
        ]);
    }

    [Fact]
    public async Task ClockGoesBack_VersionsStillRise()
    {
        _store.PutByHand("delivery-classes", "express", "{}", new AttributeValue { N = "5000000" });
        (await PutAsync("{}")).Version.ShouldBe(5_000_001);
    }

    [Fact]
    public async Task DeletedAndCreatedAgain_NoVersionIsUsedTwice()
    {
        await PutAsync("{}");
        await PutAsync("{}");
        var last = (await PutAsync("{}")).Version;
        var delete = _rows.DeleteAsync(Table, "express", RowCondition.None, CancellationToken.None);
        delete.IsCompleted.ShouldBeFalse("the delete waits until the clock has passed the version");
        _clock.Advance(TimeSpan.FromMilliseconds(3));
        (await delete).ShouldBe(new RowWrite(RowWriteOutcome.Deleted, last));
        (await PutAsync("{}")).ShouldBe(new RowWrite(RowWriteOutcome.Created, 1_000_003));
    }

    [Fact]
    public async Task RowEditedByHandWithoutVersion_IsReplaced()
    {
        _store.PutByHand("delivery-classes", "express", """{"minimumTime":3}""");
        (await PutAsync("""{"minimumTime":4}""")).ShouldBe(new RowWrite(RowWriteOutcome.Replaced, 1_000_000));
    }

    [Theory]
    [InlineData("five")]
    [InlineData("-1")]
    [InlineData("9007199254740992")]
    public async Task VersionTypedByHandThatIsNone_CountsAsZero(string version)
    {
        _store.PutByHand("delivery-classes", "express", "{}", new AttributeValue { S = version });
        (await PutAsync("{}", new RowCondition(new VersionSet(false, [0])))).ShouldBe(new RowWrite(RowWriteOutcome.Replaced, 1_000_000));
    }

    [Fact]
    public async Task AnotherWriterIsFirst_StartsOverFromItsVersion()
    {
        await PutAsync("{}");
        RaceOnce(new AttributeValue { N = "2000000" });
        (await PutAsync("""{"minimumTime":9}""")).ShouldBe(new RowWrite(RowWriteOutcome.Replaced, 2_000_001));
        _store.Json("delivery-classes", "express").ShouldBe("""{"_version":2000001,"minimumTime":9,"name":"express"}""");
    }

    [Fact]
    public async Task AnotherWriterIsFirst_WithIfMatch_ConditionFailsWithThePresentVersion()
    {
        var version = (await PutAsync("{}")).Version!.Value;
        RaceOnce(new AttributeValue { N = "2000000" });
        (await PutAsync("{}", new RowCondition(new VersionSet(false, [version])))).ShouldBe(new RowWrite(RowWriteOutcome.ConditionFailed, 2_000_000));
    }

    [Fact]
    public async Task AlwaysRaced_GivesUpWithAConflict()
    {
        var next = 2_000_000;
        _store.BeforeWrite = key =>
        {
            _store.PutByHand("delivery-classes", key, "{}", new AttributeValue { N = (next++).ToString() });
            return Task.CompletedTask;
        };
        await Should.ThrowAsync<ConflictException>(() => PutAsync("{}"));
        next.ShouldBe(2_000_060, "attempts are bounded");
    }

    [Theory]
    [InlineData(null, false, true, false, true)] // absent: If-Match * fails, If-None-Match * holds
    [InlineData(5L, true, false, false, false)]
    public async Task Conditions_Hold(long? present, bool anyHolds, bool noneHolds, bool otherVersionHolds, bool notThisVersionHolds)
    {
        if (present is { } version) _store.PutByHand("delivery-classes", "express", "{}", new AttributeValue { N = version.ToString() });
        var conditions = new[]
        {
            new RowCondition(OneOf: VersionSet.All), new RowCondition(NoneOf: VersionSet.All),
            new RowCondition(OneOf: new VersionSet(false, [4, 6])), new RowCondition(NoneOf: new VersionSet(false, [5])),
        };
        conditions.Select(condition => condition.Holds(present)).ShouldBe([anyHolds, noneHolds, otherVersionHolds, notThisVersionHolds]);
        (await PutAsync("{}", conditions[1])).Outcome.ShouldBe(noneHolds ? RowWriteOutcome.Created : RowWriteOutcome.ConditionFailed);
    }

    [Fact]
    public async Task DeleteOfNoRow_IsMissing_WhateverTheCondition() =>
        (await _rows.DeleteAsync(Table, "express", new RowCondition(VersionSet.All), CancellationToken.None)).ShouldBe(new RowWrite(RowWriteOutcome.Missing));

    [Fact]
    public async Task TwentyWritersAtOnce_AllAreWritten_VersionsAreDistinct()
    {
        _store.BeforeWrite = async _ => await Task.Yield();
        var writes = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => PutAsync($$"""{"minimumTime":{{number}}}"""))));
        writes.Select(write => write.Version!.Value).Order().ShouldBe(Enumerable.Range(1_000_000, 20).Select(version => (long)version));
        writes.Count(write => write.Outcome == RowWriteOutcome.Created).ShouldBe(1);
    }

    private Task<RowWrite> PutAsync(string json, RowCondition? condition = null) =>
        _rows.PutAsync(Table, "express", System.Text.Encoding.UTF8.GetBytes(json), condition ?? RowCondition.None, CancellationToken.None);

    private void RaceOnce(AttributeValue version) => _store.BeforeWrite = key =>
    {
        _store.BeforeWrite = _ => Task.CompletedTask;
        _store.PutByHand("delivery-classes", key, "{}", version);
        return Task.CompletedTask;
    };
}
