using System.Text.Json;
using EntitySync.Core.Replay;
using EntitySync.Local.Runner;

namespace EntitySync.Tests.Replay;

/// <summary>What replay.asl.json and the code must agree on.</summary>
public class ReplayStateMachineFileTests
{
    private static readonly JsonElement File = JsonDocument.Parse(System.IO.File.ReadAllText(Checkout.PathOf("infra", "statemachines", "replay.asl.json"))).RootElement;

    private static JsonElement Main => File.GetProperty("States");

    private static JsonElement SliceStates => Main.GetProperty("PublishSlices").GetProperty("ItemProcessor").GetProperty("States");

    [Fact]
    public void Concurrency_IsTheOneThatSharesTheRate() =>
        Main.GetProperty("PublishSlices").GetProperty("MaxConcurrency").GetInt32().ShouldBe(ReplayOptions.Concurrency);

    [Fact]
    public void Outcomes_AreTheOnesTheChoiceKnows() =>
        SliceStates.GetProperty("MorePages").GetProperty("Choices").EnumerateArray().Select(choice => choice.GetProperty("StringEquals").GetString())
            .ShouldBe([PublishOutcome.Done, PublishOutcome.Busy, PublishOutcome.Paused, PublishOutcome.Stopped]);

    [Fact]
    public void Ends_AreTheOnesTheChoiceKnows_AndOnlyAFailureFails()
    {
        var choice = Main.GetProperty("HasSucceeded");
        choice.GetProperty("Choices").EnumerateArray().Select(each => (each.GetProperty("StringEquals").GetString(), Main.GetProperty(each.GetProperty("Next").GetString()!).GetProperty("Type").GetString()))
            .ShouldBe([(ReplayEnd.Succeeded, "Succeed"), (ReplayEnd.Paused, "Succeed"), (ReplayEnd.TakenOver, "Succeed"), (ReplayEnd.Stopped, "Succeed")]);
        Main.GetProperty(choice.GetProperty("Default").GetString()!).GetProperty("Type").GetString().ShouldBe("Fail");
    }

    [Fact]
    public void EveryState_IsCommented_AndEveryTaskHasATimeoutAndARetryWithJitter()
    {
        foreach (var state in Main.EnumerateObject().Concat(SliceStates.EnumerateObject()))
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

    private static List<string?> Errors(JsonElement retry) => [.. retry.GetProperty("ErrorEquals").EnumerateArray().Select(error => error.GetString())];
}
