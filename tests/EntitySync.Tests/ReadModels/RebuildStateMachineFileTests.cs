using System.Text.Json;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Local.Runner;

namespace EntitySync.Tests.ReadModels;

/// <summary>What rebuild-read-model.asl.json and the code must agree on.</summary>
public sealed class RebuildStateMachineFileTests
{
    private static readonly JsonElement File = JsonDocument.Parse(System.IO.File.ReadAllText(Checkout.PathOf("infra", "statemachines", "rebuild-read-model.asl.json"))).RootElement;

    private static JsonElement Main => File.GetProperty("States");

    private static JsonElement PartitionStates => Main.GetProperty("FillPartitions").GetProperty("ItemProcessor").GetProperty("States");

    [Fact]
    public void Concurrency_IsTheOneOfTheCode() => Main.GetProperty("FillPartitions").GetProperty("MaxConcurrency").GetInt32().ShouldBe(RebuildOptions.Concurrency);

    [Fact]
    public void Outcomes_AreTheOnesTheChoicesKnow()
    {
        Outcomes(PartitionStates.GetProperty("MoreEvents")).ShouldBe([FillOutcome.Done]);
        Outcomes(Main.GetProperty("IsTableReady")).ShouldBe([RebuildPlan.Wait]);
        Outcomes(Main.GetProperty("HasSucceeded")).ShouldBe([RebuildEnd.Succeeded]);
    }

    [Fact]
    public void WhatThePartitionGets_IsWhatTheFunctionReads()
    {
        var names = JsonSerializer.SerializeToElement(new FillRequest("a", 1, "b", 1, false)).EnumerateObject().Select(property => property.Name).ToList();
        PartitionStates.GetProperty("FillReadModel").GetProperty("Parameters").EnumerateObject().Select(property => property.Name[..^2]).ShouldBe(names);
        Main.GetProperty("FillPartitions").GetProperty("ItemSelector").EnumerateObject().Select(property => property.Name[..^2]).ShouldBe(names);
    }

    [Fact]
    public void EveryState_IsCommented_AndEveryTaskHasATimeoutAndARetryWithJitter()
    {
        foreach (var state in Main.EnumerateObject().Concat(PartitionStates.EnumerateObject()))
        {
            state.Value.GetProperty("Comment").GetString().ShouldNotBeNullOrWhiteSpace(state.Name);
            if (state.Value.GetProperty("Type").GetString() != "Task") continue;
            state.Value.GetProperty("TimeoutSeconds").GetInt32().ShouldBeInRange(1, 900, state.Name);
            var retry = state.Value.GetProperty("Retry").EnumerateArray().Single(each => each.GetProperty("MaxAttempts").GetInt32() > 0);
            retry.GetProperty("JitterStrategy").GetString().ShouldBe("FULL", state.Name);
            retry.GetProperty("BackoffRate").GetDouble().ShouldBeGreaterThan(1, state.Name);
            retry.GetProperty("MaxDelaySeconds").GetInt32().ShouldBePositive(state.Name);
            Errors(retry).ShouldContain(nameof(Core.Errors.TransientException), state.Name);
            Errors(retry).ShouldNotContain(nameof(Core.Errors.InvalidRequestException), state.Name);
        }
    }

    private static List<string?> Outcomes(JsonElement choice) => [.. choice.GetProperty("Choices").EnumerateArray().Select(each => each.GetProperty("StringEquals").GetString())];

    private static List<string?> Errors(JsonElement retry) => [.. retry.GetProperty("ErrorEquals").EnumerateArray().Select(error => error.GetString())];
}
