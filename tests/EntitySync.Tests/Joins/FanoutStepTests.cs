using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>Fan-outs step by step, with live records, changes and restarts between the steps; every test compares the full list of outputs.</summary>
public sealed class FanoutStepTests : IDisposable
{
    private readonly RootRig _rig = new(SampleDefinitions.Item(strategy: Strategy.Broadcast));
    private readonly string[] _circle;

    public FanoutStepTests()
    {
        Row(0);
        foreach (var key in (string[])["A", "B", "C", "D", "E", "F"]) Root(key, "x");
        Row(1);
        _rig.Taken();
        while (_rig.Task.HasFanout) _rig.Task.Fanout(1);
        _circle = [.. _rig.Taken().Select(output => output[..1])];
        _rig.Commit();
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void LiveUpdateBetweenSteps_GoesFirstAndIsNotRepeated()
    {
        Row(2);
        Step();
        Root(_circle[4], "x");
        Step();
        Root(_circle[0], "x");
        Steps();

        Outputs().ShouldBe([.. At(2, 0, 4, 1, 0, 2, 3, 5)]);
    }

    [Fact]
    public void SecondChangeInTheMiddle_GoesOnFromThereAndComesRound()
    {
        Row(2);
        Step();
        Step();
        Row(3);
        Step();
        Row(4);
        Steps();

        Outputs().ShouldBe([.. At(2, 0, 1), .. At(3, 2), .. At(4, 3, 4, 5, 0, 1, 2)]);
    }

    [Fact]
    public void ChangeBackInTheMiddle_EmitsOnlyWhoSawIt()
    {
        Row(2);
        Step();
        Step();
        Row(1);
        Steps();

        Outputs().ShouldBe([.. At(2, 0, 1), .. At(1, 0, 1)]);
    }

    [Fact]
    public void RestartInTheMiddle_LosesNoneAndRepeatsNone()
    {
        Row(2);
        Step();
        Step();
        _rig.Commit();
        _rig.Restart();
        _rig.Task.Fanouts.Single().Value.ShouldBe("x");
        Step();
        _rig.Commit();
        _rig.Restart();
        Steps();
        _rig.Commit();
        _rig.Restart();
        Steps();

        Outputs().ShouldBe([.. At(2, 0, 1, 2, 3, 4, 5)]);
    }

    [Fact]
    public void RestartInTheSecondPartOfTheCircle_EndsWhereTheChangeWas()
    {
        Row(2);
        for (var step = 0; step < 4; step++) Step();
        Row(3);
        for (var step = 0; step < 3; step++) Step();
        _rig.Commit();
        _rig.Restart();
        Steps();

        Outputs().ShouldBe([.. At(2, 0, 1, 2, 3), .. At(3, 4, 5, 0, 1, 2, 3)]);
    }

    [Fact]
    public void StepsAfterTheLastCommit_ComeOnceMore()
    {
        Row(2);
        Step();
        _rig.Commit();
        Step();
        _rig.Restart();
        Steps();

        Outputs().ShouldBe([.. At(2, 0, 1, 1, 2, 3, 4, 5)]);
    }

    [Fact]
    public void MembersThatComeAndGoInTheMiddle_AreEmittedOnce()
    {
        Row(2);
        Step();
        Root(_circle[3], "y");
        _rig.Root(_circle[4], null);
        Root("G", "x");
        Root(_circle[3], "x");
        Root(_circle[5], "y");
        Steps();

        Outputs().ShouldBe([.. At(2, 0), $"{_circle[3]} null", $"{_circle[4]} tombstone", "G 2", .. At(2, 3), $"{_circle[5]} null", .. At(2, 1, 2)]);
    }

    [Fact]
    public void LastMemberGone_EndsTheFanoutAndItsNote()
    {
        Row(2);
        Step();
        _rig.Commit();
        foreach (var key in _circle) Root(key, "y");
        _rig.Task.HasFanout.ShouldBeFalse();
        _rig.Commit();
        _rig.Taken();
        _rig.LogOf("item-progress")[^1].Value.ShouldBeNull();
        _rig.Restart();
        Steps();

        Outputs().ShouldBe([]);
    }

    [Fact]
    public void NoteOfARelationThatIsGone_IsRemoved()
    {
        Row(2);
        Step();
        _rig.Commit();
        var item = SampleDefinitions.Item(strategy: Strategy.Broadcast);
        var renamed = item with { Relations = [item.Relations[0] with { Name = "renamed" }] };
        using var rig = new RootRig(renamed, logs: [_rig.LogOf("items"), [], _rig.LogOf("delivery-classes"), _rig.LogOf("item-progress")]);
        rig.FanoutAll();
        rig.Commit();

        rig.Taken().Select(Short).ShouldBe([.. At(2, 0, 1, 2, 3, 4, 5)]);
        rig.Restart();
        rig.FanoutAll();
        rig.Taken().ShouldBe([]);
        rig.LogOf("item-progress").Count(record => record.Value is null).ShouldBeGreaterThan(0);
    }

    private void Row(int time) => _rig.Related("delivery-classes", "x", $$"""{"name":"x","minimumTime":{{time}},"maximumTime":9}""");

    private void Root(string key, string value) => _rig.Root(key, $$"""{"sku":"{{key}}","deliveryClasses":["{{value}}"]}""");

    private void Step() => _rig.Task.Fanout(1).ShouldBe(1);

    private void Steps()
    {
        while (_rig.Task.HasFanout) _rig.Task.Fanout(1);
    }

    private IEnumerable<string> At(int time, params int[] places) => places.Select(place => $"{_circle[place]} {time}");

    private string[] Outputs() => [.. _rig.Taken().Select(Short)];

    private static string Short(string output) =>
        output.Contains('{', StringComparison.Ordinal) ? $"{output[0]} {output.Split("\"minimumDeliveryTime\":")[1].Split(',')[0]}" : $"{output[0]} tombstone";
}
