using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.ReferenceTables;

public sealed class ReplayTriggerTests
{
    private const string Arn = "arn:aws:dynamodb:eu-west-1:1:table/delivery-classes/stream/2026";
    private readonly RecordingReplayStarter _starter = new();

    [Fact]
    public async Task Batch_StartsOneReplayWithTheUnionOfChangedKeys_LastChangeWins()
    {
        var result = await RunAsync(Changed("1", "express", 1, 2), Changed("2", "standard", 7, 8), Changed("3", "express", 2, 3), Deleted("4", "slow", 5));
        result.ShouldBe(new TriggerResult(1, 0, 0, 0));
        var (name, request) = _starter.Started.ShouldHaveSingleItem();
        request.Entity.ShouldBe("item");
        request.ReplayId.ShouldBe(name);
        request.Causes!.ShouldBe(
        [
            new ReplayCause("delivery-classes", "express", 3, Row("express", 3).Fingerprint),
            new ReplayCause("delivery-classes", "standard", 8, Row("standard", 8).Fingerprint),
            new ReplayCause("delivery-classes", "slow", 5),
        ]);
    }

    [Fact]
    public async Task SameBatchTwice_SameName_TheSecondIsTolerated()
    {
        var batch = new[] { Changed("1", "express", 1, 2), Changed("9", "standard", 1, 2) };
        await RunAsync(batch);
        (await RunAsync(batch)).ShouldBe(new TriggerResult(0, 1, 0, 0));
        await RunAsync(Changed("1", "express", 1, 2), Changed("8", "standard", 1, 2));
        _starter.Names.Distinct().Count().ShouldBe(2);
        _starter.Names.ShouldAllBe(name => name.Length <= 80 && name.StartsWith("item-", StringComparison.Ordinal) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' || letter == '_'));
    }

    [Fact]
    public async Task OnlyTheVersionMoved_NoReplay_Counted()
    {
        var row = Row("express", 1);
        (await RunAsync(new RowChange("delivery-classes", "express", "1", row, row with { Version = 2 }))).ShouldBe(new TriggerResult(0, 0, 1, 0));
        _starter.Started.ShouldBeEmpty();
    }

    [Fact]
    public async Task ThereAndBackWithinABatch_IsACause_WithTheLastVersion()
    {
        var first = Row("express", 1);
        var back = first with { Version = 3 };
        await RunAsync(
            new RowChange("delivery-classes", "express", "1", first, Row("express", 2)),
            new RowChange("delivery-classes", "express", "2", Row("express", 2), back),
            new RowChange("delivery-classes", "express", "3", back, back with { Version = 4 }));
        _starter.Started.ShouldHaveSingleItem().Request.Causes!.ShouldBe([new ReplayCause("delivery-classes", "express", 4, first.Fingerprint)]);
    }

    [Fact]
    public async Task UnusableChange_IsCounted_TheOthersAreReplayed()
    {
        var result = await RunAsync(new RowChange("delivery-classes", "odd", "1", null, null, "attribute 'x' is binary"), Changed("2", "express", 1, 2));
        result.ShouldBe(new TriggerResult(1, 0, 0, 1));
        _starter.Started.Single().Request.Causes!.Select(cause => cause.Key).ShouldBe(["express"]);
    }

    [Fact]
    public async Task EveryEntityThatLooksUpTheTable_IsReplayed_ButOnesWithoutReplayAreSkipped()
    {
        var catalog = new EntityCatalog([Entity("item"), Entity("order"), Entity("quote") with { Replay = null }, Entity("broadcast", Strategy.Broadcast)]);
        (await RunAsync(catalog, Changed("1", "express", 1, 2))).Started.ShouldBe(2);
        _starter.Started.Select(start => start.Request.Entity).ShouldBe(["item", "order"]);
        _starter.Names.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task OtherTable_NoReplay()
    {
        (await RunAsync(Changed("1", "express", 1, 2) with { Table = "labels" })).ShouldBe(new TriggerResult(0, 0, 0, 0));
        _starter.Started.ShouldBeEmpty();
    }

    [Fact]
    public async Task ThrottledAtTheSecondEntity_BatchComesAgainFromItsFirstRecord_AndStartsOnlyWhatIsMissing()
    {
        var catalog = new EntityCatalog([Entity("item"), Entity("order")]);
        var batch = new[] { Changed("11", "express", 1, 2), Changed("12", "slow", 1, 2) };
        _starter.Before = request => request.Entity == "order" ? throw new TransientException("throttled") : Task.CompletedTask;
        (await RunAsync(catalog, batch)).ShouldBe(new TriggerResult(1, 0, 0, 0) { RestartAt = "11" });
        _starter.Before = _ => Task.CompletedTask;
        (await RunAsync(catalog, batch)).ShouldBe(new TriggerResult(1, 1, 0, 0));
        _starter.Started.Select(start => start.Request.Entity).ShouldBe(["item", "order"]);
    }

    [Fact]
    public async Task NoSuchStateMachine_Throws()
    {
        _starter.Before = _ => throw new InvalidRequestException("no such state machine");
        await Should.ThrowAsync<InvalidRequestException>(() => RunAsync(Changed("1", "express", 1, 2)));
    }

    [Fact]
    public async Task LargeUnion_IsCutIntoSeveralExecutions_TheSameEveryTime()
    {
        var batch = Enumerable.Range(0, 300).Select(number => Changed($"{number}", $"class-{number:d4}-é\"<", 1, 2)).ToArray();
        var trigger = Trigger(new EntityCatalog([SampleDefinitions.Item()]), maximumInputBytes: 8 * 1024);
        var result = await trigger.RunAsync(Arn, batch, CancellationToken.None);
        result.Started.ShouldBeGreaterThan(3);
        _starter.Started.SelectMany(start => start.Request.Causes!).Select(cause => cause.Key).ShouldBe(batch.Select(change => change.Key));
        _starter.Started.ShouldAllBe(start => JsonSerializer.SerializeToUtf8Bytes(start.Request, ReplayJson.Default.ReplayRequest).Length <= 8 * 1024);
        (await trigger.RunAsync(Arn, batch, CancellationToken.None)).ShouldBe(new TriggerResult(0, result.Started, 0, 0));
    }

    [Fact]
    public async Task LongEntityName_IsCutAndMadeFitForAName()
    {
        await RunAsync(new EntityCatalog([Entity("é." + new string('x', 100)), Entity("é." + new string('x', 101))]), Changed("1", "express", 1, 2));
        _starter.Names.Distinct().Count().ShouldBe(2);
        _starter.Names.ShouldAllBe(name => name.Length == 80 && name.StartsWith("--xxx", StringComparison.Ordinal));
    }

    private Task<TriggerResult> RunAsync(params RowChange[] changes) => RunAsync(new EntityCatalog([SampleDefinitions.Item()]), changes);

    private Task<TriggerResult> RunAsync(EntityCatalog catalog, params RowChange[] changes) => Trigger(catalog).RunAsync(Arn, changes, CancellationToken.None);

    private ReplayTrigger Trigger(EntityCatalog catalog, int maximumInputBytes = TriggerPlan.DefaultMaximumInputBytes) =>
        new(catalog, _starter, NullLogger<ReplayTrigger>.Instance, maximumInputBytes);

    private static EntityDefinition Entity(string name, Strategy strategy = Strategy.Lookup)
    {
        var item = SampleDefinitions.Item();
        return item with { Entity = name, Relations = [item.Relations[0] with { Strategy = strategy }] };
    }

    private static RowChange Changed(string sequence, string key, long from, long to) => new("delivery-classes", key, sequence, Row(key, from), Row(key, to));

    private static RowChange Deleted(string sequence, string key, long version) => new("delivery-classes", key, sequence, Row(key, version), null);

    private static RelatedRow Row(string key, long version) => new("delivery-classes", key, version, Encoding.UTF8.GetBytes($$"""{"minimumTime":{{version}},"name":"{{key}}"}"""));
}
