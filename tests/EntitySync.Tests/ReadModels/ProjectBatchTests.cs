using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.State;

namespace EntitySync.Tests.ReadModels;

public sealed class ProjectBatchTests
{
    private readonly ProjectRig _rig = new();

    [Fact]
    public async Task FirstBatch_MakesVersionOne()
    {
        (await _rig.RunAsync(_rig.Placed("o-1", 5))).ShouldBeEmpty();

        var state = _rig.Registry.Find("orders")!;
        (state.Revision, state.Live, state.Previous, state.Building, state.LastNumber).ShouldBe((1, 1, null, null, 1));
        state.Versions.ShouldBe([new ReadModelVersion(1, ProjectRig.Orders, ReadModelRig.Load(ProjectRig.Orders).Fingerprint, _rig.Clock.GetUtcNow(), _rig.Clock.GetUtcNow())]);
        _rig.Row(1, "o-1").ShouldBe("""{"total":5}""");
        _rig.Outputs.ShouldBe(["""o-1 {"total":5}"""]);
    }

    [Fact]
    public async Task FirstBatchFromTheMiddleOfATopic_SaysThatARebuildIsNeeded()
    {
        _rig.Placed("o-1", 5);
        await _rig.RunAsync(_rig.Placed("o-2", 6));
        await _rig.RunAsync(_rig.Placed("o-3", 7));

        _rig.Registry.Find("orders")!.Versions.ShouldHaveSingleItem().BeganAt.ShouldBe("order-events-0@1");
    }

    [Fact]
    public async Task SwitchWhileRowsAreWritten_AllComesAgain_SoThatTheNewVersionHasTheLastOutput()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.BeginRebuildAsync(2, ProjectRig.Orders);
        var isSwitched = false;
        _rig.Table.Writing = async (version, _) =>
        {
            if (version.Number != 1 || isSwitched) return;
            isSwitched = true;
            await _rig.ChangeAsync(state => state with { Live = 2, Previous = 1, Building = null });
        };
        var placed = _rig.Placed("o-1", 6);

        (await _rig.RunAsync(placed)).ShouldBe(["order-events-0@1"]);
        (await _rig.RunAsync(placed)).ShouldBeEmpty();

        _rig.Outputs.ShouldBe(["""o-1 {"total":5}""", """o-1 {"total":6}""", """o-1 {"total":6}"""]);
    }

    [Fact]
    public async Task WhileTheFirstTableIsMade_AllComesAgain()
    {
        _rig.Tables.CallsUntilReady = 1;
        var placed = _rig.Placed("o-1", 5);
        (await _rig.RunAsync(placed, _rig.Placed("o-2", 6))).ShouldBe(["order-events-0@0"]);
        _rig.Registry.Find("orders").ShouldBeNull();

        (await _rig.RunAsync(placed)).ShouldBeEmpty();
        _rig.Row(1, "o-1").ShouldBe("""{"total":5}""");
    }

    [Fact]
    public async Task TwoInstancesAtOnce_MakeOneFirstVersion()
    {
        var isOther = false;
        var (first, second) = (_rig.Placed("o-1", 5), _rig.Placed("o-1", 6));
        _rig.Registry.Calling = async call =>
        {
            if (call != "Save" || isOther) return;
            isOther = true;
            await _rig.RunAsync(second);
        };
        (await _rig.RunAsync(first)).ShouldBeEmpty();

        (_rig.Registry.Find("orders")!.Revision, _rig.Table.Versions.Count).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Versions_AreWrittenWithTheirOwnDefinitions_OnlyTheLiveOneTells()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.BeginRebuildAsync(2, ProjectRig.Orders.Replace("total: total", "sum: total", StringComparison.Ordinal));
        (await _rig.RunAsync(_rig.Placed("o-1", 6))).ShouldBeEmpty();
        (_rig.Row(1, "o-1"), _rig.Row(2, "o-1")).ShouldBe(("""{"total":6}""", """{"sum":6}"""));

        await _rig.ChangeAsync(state => state with { Live = 2, Previous = 1, Building = null });
        (await _rig.RunAsync(_rig.Placed("o-1", 7))).ShouldBeEmpty();
        (_rig.Row(1, "o-1"), _rig.Row(2, "o-1")).ShouldBe(("""{"total":7}""", """{"sum":7}"""));
        _rig.Outputs.ShouldBe(["""o-1 {"total":5}""", """o-1 {"total":6}""", """o-1 {"sum":7}"""]);
    }

    [Fact]
    public async Task RegistryIsReadOnceAnInvocation_AndOnceMoreAfterOutputs()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        var reads = _rig.Registry.Reads;
        await _rig.RunAsync([.. Enumerable.Range(0, 300).Select(number => _rig.Placed($"o-{number}", 1))]);

        (_rig.Registry.Reads - reads).ShouldBe(2);
    }

    [Fact]
    public async Task BadMessage_IsDeadLetteredOnce_AsTheLiveVersionJudgesIt()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.BeginRebuildAsync(2, ProjectRig.Orders.Replace("set: { total: total }", "increment: { total: total }", StringComparison.Ordinal));
        var result = await _rig.ResultAsync(_rig.Next("o-1", "{"), _rig.Next("o-1", """{"orderId":"o-1","type":"placed","total":"much"}"""));

        result.ComeAgain.ShouldBeEmpty();
        _rig.DeadLetters.ShouldBe(["ProjectReadModel order-events-0@1: the message is not JSON: line 1, byte 2"]);
        _rig.Row(1, "o-1").ShouldBe("""{"total":"much"}""");
        (_rig.Row(2, "o-1"), result.Counts.DeadLettered).ShouldBe(("none", 1));
    }

    [Fact]
    public async Task DeadLetterThatCannotBeWritten_ComesAgain()
    {
        _rig.Writer.Answer = _ => new WriteResult(WriteOutcome.Failed, "no broker");
        (await _rig.RunAsync(_rig.Next("o-1", "{"))).ShouldBe(["order-events-0@0"]);
    }

    [Fact]
    public async Task DeletedRow_IsToldAsTombstone()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.RunAsync(_rig.Deleted("o-1"), _rig.Deleted("o-2"));

        _rig.Outputs.ShouldBe(["""o-1 {"total":5}""", "o-1 tombstone", "o-2 tombstone"]);
    }

    [Fact]
    public async Task OutputThatWasLost_IsWrittenWhenTheEventsComeAgain()
    {
        var placed = _rig.Placed("o-1", 5);
        _rig.Writer.Answer = _ => new WriteResult(WriteOutcome.Failed, "no broker");
        (await _rig.RunAsync(placed)).ShouldBe(["order-events-0@0"]);
        (_rig.Row(1, "o-1"), _rig.Outputs.Count).ShouldBe(("""{"total":5}""", 0));

        _rig.Writer.Answer = _ => new WriteResult(WriteOutcome.Written);
        (await _rig.RunAsync(placed)).ShouldBeEmpty();
        _rig.Outputs.ShouldBe(["""o-1 {"total":5}"""]);
        _rig.Table.Find(ProjectRig.Version(1), "o-1")!.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task InvocationGivenUpBetweenRowAndOutput_IsMadeUpForByTheNext()
    {
        var placed = _rig.Placed("o-1", 5);
        _rig.Writer.Gate = () => throw new OperationCanceledException();
        await Should.ThrowAsync<OperationCanceledException>(() => _rig.RunAsync(placed));
        _rig.Row(1, "o-1").ShouldBe("""{"total":5}""");

        _rig.Writer.Gate = () => Task.CompletedTask;
        await _rig.RunAsync(placed);
        _rig.Outputs.ShouldBe(["""o-1 {"total":5}"""]);
    }

    [Fact]
    public async Task RowThatChangesWhileItIsTold_IsToldAgain_SoThatTheLastRecordIsTheRow()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        var held = new TaskCompletionSource();
        var calls = 0;
        _rig.Writer.Gate = () => Interlocked.Increment(ref calls) == 1 ? held.Task : Task.CompletedTask;
        var slow = _rig.RunAsync(_rig.Placed("o-1", 6));
        await _rig.RunAsync(_rig.Placed("o-1", 7));
        held.SetResult();
        (await slow).ShouldBeEmpty();

        _rig.Outputs.ShouldBe(["""o-1 {"total":5}""", """o-1 {"total":7}""", """o-1 {"total":6}""", """o-1 {"total":7}"""]);
    }

    [Fact]
    public async Task RowTooLargeForItsTopic_IsDeadLettered()
    {
        _rig.Writer.Answer = record => record.Topic == "orders-rows" ? new WriteResult(WriteOutcome.Refused, "too large") : new WriteResult(WriteOutcome.Written);
        (await _rig.RunAsync(_rig.Placed("o-1", 5))).ShouldBeEmpty();

        _rig.DeadLetters.ShouldBe(["ProjectReadModel order-events-0@0: row 'o-1' cannot be written to 'orders-rows': too large"]);
    }

    [Fact]
    public async Task FailedRow_ComesAgain_InOneVersionOnlyOrInAll()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.BeginRebuildAsync(2, ProjectRig.Orders);
        _rig.Table.Writing = (version, row) => version.Number == 2 && row.Key == "o-2" ? throw new TransientException("throttled") : Task.CompletedTask;
        ReadModelRig.Event[] events = [_rig.Placed("o-1", 6), _rig.Placed("o-2", 1), _rig.Placed("o-1", 7)];
        (await _rig.RunAsync(events)).ShouldBe(["order-events-0@2"]);
        (_rig.Row(1, "o-2"), _rig.Row(2, "o-2"), _rig.Row(2, "o-1")).ShouldBe(("""{"total":1}""", "none", """{"total":7}"""));

        _rig.Table.Writing = (_, _) => Task.CompletedTask;
        (await _rig.ResultAsync(events[1..])).Counts.Rows.ShouldBe(new RowBatchCounts(4, 3, 4, 1, 0));
        _rig.Row(2, "o-2").ShouldBe("""{"total":1}""");
    }

    [Fact]
    public async Task VersionThatWasRemovedMeanwhile_IsForgotten()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.BeginRebuildAsync(2, ProjectRig.Orders);
        _rig.Table.Reading = async (version, _) =>
        {
            if (version.Number != 2 || !_rig.Table.Versions.Contains(version)) return;
            await _rig.ChangeAsync(state => state with { Building = null });
            _rig.Table.Remove(version);
        };

        (await _rig.RunAsync(_rig.Placed("o-1", 6))).ShouldBeEmpty();
        _rig.Row(1, "o-1").ShouldBe("""{"total":6}""");
    }

    [Fact]
    public async Task VersionThatIsRegisteredButHasNoTable_StopsItsMessages()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.BeginRebuildAsync(2, ProjectRig.Orders);
        _rig.Table.Remove(ProjectRig.Version(2));

        (await _rig.RunAsync(_rig.Placed("o-1", 6), _rig.Next("o-2", """{"type":"other"}"""))).ShouldBe(["order-events-0@1"]);
    }

    [Fact]
    public async Task RegistryThatCannotBeRead_LetsAllComeAgain()
    {
        _rig.Registry.Calling = _ => throw new TransientException("throttled");
        (await _rig.RunAsync(_rig.Placed("o-1", 5), _rig.Placed("o-2", 5))).ShouldBe(["order-events-0@0"]);
    }

    [Fact]
    public async Task ChangedDefinition_IsSaidOnce_AndWaitsForARebuild()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        _rig.Deploy(ProjectRig.Orders.Replace("total: total", "sum: total", StringComparison.Ordinal));
        await _rig.RunAsync(_rig.Placed("o-1", 6));
        await _rig.RunAsync(_rig.Placed("o-1", 7));

        _rig.Row(1, "o-1").ShouldBe("""{"total":7}""");
        _rig.Log.Lines.Where(line => line.Contains("rebuild", StringComparison.Ordinal)).ShouldBe(
            ["""The definition of orders has changed since version 1 was made: rows stay as they are until a rebuild. Start the state machine rebuild-read-model with {"readModel":"orders"}"""]);
    }

    [Fact]
    public async Task ChangeThatNeedsNoRebuild_HoldsAtOnce()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        _rig.Deploy(ProjectRig.Orders.Replace("orders-rows", "orders-rows-2", StringComparison.Ordinal) + "\nkeep: P2D");
        await _rig.RunAsync(_rig.Deleted("o-1"));

        (_rig.Writer.To("orders-rows-2").Count, _rig.Table.Find(ProjectRig.Version(1), "o-1")!.ExpiresAt).ShouldBe((1, _rig.Clock.GetUtcNow() + TimeSpan.FromDays(2)));
        _rig.Log.Lines.ShouldNotContain(line => line.Contains("rebuild", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TopicThatNoReadModelReads_IsRefused() =>
        (await Should.ThrowAsync<InvalidRequestException>(() => _rig.RunAsync(_rig.Next("o-1", "{}", "shipments")))).Message.ShouldBe("No read model reads topic 'shipments'; read are: order-events.");

    [Fact]
    public async Task VersionWhoseTextCannotBeRead_SaysSo()
    {
        await _rig.RunAsync(_rig.Placed("o-1", 5));
        await _rig.ChangeAsync(state => state with { Versions = [state.Versions[0] with { Definition = "kind: read-model", Fingerprint = "other" }] });

        (await Should.ThrowAsync<InvalidRequestException>(() => _rig.RunAsync(_rig.Placed("o-1", 6)))).Message.ShouldStartWith("A version's definition cannot be read any more; a rebuild makes a version of the deployed one: definition of a version(1,1): readModel: ");
    }
}
