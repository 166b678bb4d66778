using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Reads;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Core.Replay;

namespace EntitySync.Tests.ReadModels.Rebuilds;

/// <summary>What the state of a read model says of a rebuild that runs, meets a failure, gives up, and is started again.</summary>
public sealed class RebuildFailedTests
{
    private const string Filled = "Version 2 is filled while version 1 answers; if the state machine failed, starting it again goes on where it stopped.";
    private const string Given = "The rebuild failed while it filled version 2; version 1 goes on answering, and starting the state machine again goes on where it stopped.";

    private static readonly RebuildRequest Request = new(RebuildWorld.Name, MaximumLag: 0);

    private readonly RebuildWorld _world = new();

    [Fact]
    public async Task IsRunning_UntilItGivesUp_AndAgainOnceItIsStartedAgain()
    {
        await FilledAsync();
        var plan = await _world.Planner().PlanAsync(Request, _world.Clock.GetUtcNow(), default);
        Rebuild().ShouldBe((true, Filled, null));

        _world.Reader.Truncate(RebuildWorld.Events, 0, 1);
        await Should.ThrowAsync<InvalidRequestException>(() => _world.Filler().FillAsync(new FillRequest(RebuildWorld.Name, 2, "order-events-0", 0, false), _world.Clock.GetUtcNow() + TimeSpan.FromMinutes(5), default));
        Rebuild().IsRunning.ShouldBeTrue("the state machine may try again");

        await _world.Finisher().FinishAsync(RebuildWorld.Name, plan, new CaughtError("InvalidRequestException", "Retention has removed events"), default);
        (Rebuild().IsRunning, Rebuild().Message).ShouldBe((false, Given));
        Rebuild().LastError!.ShouldContain("Retention has removed events");

        await _world.Planner().PlanAsync(Request with { AllowTruncated = true }, _world.Clock.GetUtcNow(), default);
        Rebuild().ShouldBe((true, Filled, null));
        (await _world.RebuildAsync(Request with { AllowTruncated = true })).Status.ShouldBe("SUCCEEDED");
        Rebuild().ShouldBe((false, null, null));
    }

    [Fact]
    public async Task MistakeInAnotherRequest_LeavesTheOneThatRuns()
    {
        await FilledAsync();
        await _world.Planner().PlanAsync(Request, _world.Clock.GetUtcNow(), default);

        await _world.Finisher().FinishAsync(RebuildWorld.Name, null, new CaughtError("InvalidRequestException", "cannot be rolled back"), default);

        Rebuild().ShouldBe((true, Filled, "InvalidRequestException: cannot be rolled back"));
    }

    private async Task FilledAsync()
    {
        for (var number = 0; number < 10; number++) _world.Append(RebuildWorld.Events, 0, "o-1", "Changed", number, number);
        await _world.Batch().RunAsync([new PartitionRecords(RebuildWorld.Events, 0, [.. _world.Reader.Records(RebuildWorld.Events, 0)])], () => TimeSpan.FromMinutes(5), default);
    }

    private (bool IsRunning, string? Message, string? LastError) Rebuild()
    {
        var rebuild = JsonNode.Parse(Encoding.UTF8.GetString(ReadModelJson.State(_world.Deployed, _world.State, []).Span))!["rebuild"]!;
        return ((bool)rebuild["isRunning"]!, (string?)rebuild["message"], (string?)rebuild["lastError"]);
    }
}
