using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>The courses that the state machines are to take: the plain ones by hand, and for each task and each error it may meet one that passes and one that lasts.</summary>
internal static class Courses
{
    private const string Slice = """{"replayId":"r","slice":"slice#0000","outcome":"DONE","waitSeconds":0}""";
    private const string ToSlice = "PlanReplay IsAnythingToPublish PublishSlices PublishReplayPages";
    private const string ToPartition = "KeepRequest PlanRebuild IsTableReady FillPartitions FillReadModel";

    private static readonly Step[] Replay = [new("PlanReplay", """{"replayId":"r","entity":"item","slices":["slice#0000"]}"""), new("PublishReplayPages", Slice), new("FinishReplay")];
    private static readonly Step[] Rebuild = [RebuildPlan("FILL", "\"t-0\""), new("FillReadModel", """{"slice":"t-0","outcome":"DONE"}"""), new("FinishRebuild")];

    public static IReadOnlyList<Course> Of(MachineFile file) => file.Name == "replay"
        ? [.. OfReplay(), .. OfErrors(file, Replay, ["PlanReplay", $"{ToSlice}", $"{ToSlice} MorePages SliceDone FinishReplay"], "FinishReplay HasSucceeded ReplayFailed")]
        : [.. OfRebuild(), .. OfErrors(file, Rebuild, ["KeepRequest PlanRebuild", $"{ToPartition}", $"{ToPartition} MoreEvents PartitionFilled FinishRebuild"], "FinishRebuild HasSucceeded RebuildFailed")];

    private static IEnumerable<Course> OfReplay()
    {
        var plan = Replay[0];
        yield return new("published at once", Replay, $"{ToSlice} MorePages SliceDone FinishReplay HasSucceeded ReplaySucceeded", Execution.Succeeded);
        yield return new("more pages, a slice that is busy, then done", [plan, Pages("MORE"), Pages("BUSY", 20), Pages("MORE"), Pages("DONE"), Replay[2]],
            $"{ToSlice} MorePages PublishReplayPages MorePages WaitForSlice PublishReplayPages MorePages PublishReplayPages MorePages SliceDone FinishReplay HasSucceeded ReplaySucceeded", Execution.Succeeded);
        foreach (var (outcome, end, last) in new[] { ("PAUSED", "PAUSED", "ReplayPaused"), ("PAUSED", "TAKEN_OVER", "ReplayPaused"), ("PAUSED", "SUCCEEDED", "ReplaySucceeded"), ("STOPPED", "STOPPED", "ReplayStopped") })
        {
            yield return new($"{outcome} between pages, in the end {end}", [plan, Pages("MORE"), Pages(outcome), new("FinishReplay", $$"""{"status":"{{end}}"}""")],
                $"{ToSlice} MorePages PublishReplayPages MorePages SliceLetGo FinishReplay HasSucceeded {last}", Execution.Succeeded);
            yield return new($"{outcome} while it waits for a slice, in the end {end}", [plan, Pages("BUSY", 20), Pages(outcome), new("FinishReplay", $$"""{"status":"{{end}}"}""")],
                $"{ToSlice} MorePages WaitForSlice PublishReplayPages MorePages SliceLetGo FinishReplay HasSucceeded {last}", Execution.Succeeded);
            yield return new($"{outcome} while it tries again, in the end {end}",
                [plan, new("PublishReplayPages", Error: "TransientException"), Pages(outcome), new("FinishReplay", $$"""{"status":"{{end}}"}""")],
                $"{ToSlice} MorePages SliceLetGo FinishReplay HasSucceeded {last}", Execution.Succeeded);
            yield return new($"nothing to publish, and {end}", [new("PlanReplay", """{"replayId":"r","slices":[]}"""), new("FinishReplay", $$"""{"status":"{{end}}"}""")],
                $"PlanReplay IsAnythingToPublish FinishReplay HasSucceeded {last}", Execution.Succeeded);
        }

        yield return new("slices left undone", [plan, Pages("DONE"), new("FinishReplay", """{"status":"FAILED","error":"ReplayIncomplete","cause":"Only 0 of 1 slices are done."}""")],
            $"{ToSlice} MorePages SliceDone FinishReplay HasSucceeded ReplayFailed", Execution.Failed, "ReplayIncomplete", "Only 0 of 1 slices are done.");
    }

    private static IEnumerable<Course> OfRebuild()
    {
        yield return new("filled at once", Rebuild, $"{ToPartition} MoreEvents PartitionFilled FinishRebuild HasSucceeded RebuildSucceeded", Execution.Succeeded);
        yield return new("a table that takes its time, more events", [RebuildPlan("WAIT"), RebuildPlan("WAIT"), Rebuild[0], new("FillReadModel", """{"slice":"t-0","outcome":"MORE"}"""), Rebuild[1], Rebuild[2]],
            $"KeepRequest PlanRebuild IsTableReady WaitForTable PlanRebuild IsTableReady WaitForTable PlanRebuild IsTableReady FillPartitions FillReadModel MoreEvents FillReadModel MoreEvents PartitionFilled FinishRebuild HasSucceeded RebuildSucceeded",
            Execution.Succeeded);
        yield return new("a rollback, which has no partitions", [RebuildPlan("ROLLBACK"), Rebuild[2]], "KeepRequest PlanRebuild IsTableReady FillPartitions FinishRebuild HasSucceeded RebuildSucceeded", Execution.Succeeded);
        yield return new("partitions not caught up", [Rebuild[0], Rebuild[1], new("FinishRebuild", """{"status":"FAILED","error":"RebuildIncomplete","cause":"1 of 1 partitions are not caught up: t-0."}""")],
            $"{ToPartition} MoreEvents PartitionFilled FinishRebuild HasSucceeded RebuildFailed", Execution.Failed, "RebuildIncomplete", "1 of 1 partitions are not caught up: t-0.");
    }

    /// <param name="file">Its tasks are met in their order.</param>
    /// <param name="good">The steps of the plain course, one a task.</param>
    /// <param name="upTo">The states up to each task.</param>
    /// <param name="afterCatch">The states after a task's error was caught; the last task has none.</param>
    private static IEnumerable<Course> OfErrors(MachineFile file, Step[] good, string[] upTo, string afterCatch)
    {
        var whole = Of(file.Name == "replay" ? OfReplay() : OfRebuild()).Path;
        for (var index = 0; index < good.Length; index++)
        {
            foreach (var (error, attempts) in file.Retries(good[index].Function))
            {
                var failure = new Step(good[index].Function, Error: error);
                if (attempts > 0)
                    yield return new($"{failure.Function} meets {error} {attempts} times", [.. good[..index], .. Enumerable.Repeat(failure, attempts), .. good[index..]], whole, Execution.Succeeded);
                var isLast = index == good.Length - 1;
                Step[] finish = isLast ? [] : [good[^1]];
                yield return new($"{failure.Function} meets {error} for good", [.. good[..index], .. Enumerable.Repeat(failure, attempts + 1), .. finish], isLast ? upTo[index] : $"{upTo[index]} {afterCatch}",
                    Execution.Failed, error, isLast ? null : "why, in words");
            }
        }
    }

    private static Course Of(IEnumerable<Course> courses) => courses.First();

    private static Step Pages(string outcome, int wait = 0) => new("PublishReplayPages", $$"""{"replayId":"r","slice":"slice#0000","outcome":"{{outcome}}","waitSeconds":{{wait}}}""");

    private static Step RebuildPlan(string outcome, string slices = "") =>
        new("PlanRebuild", $$"""{"readModel":"m","version":2,"outcome":"{{outcome}}","slices":[{{slices}}],"maximumLag":10,"allowTruncated":false,"waitSeconds":5}""");
}
