using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>Both state machine files through their whole course: every state, every transition, every error to its last attempt.</summary>
[Trait("Category", "Integration")]
public sealed class StateMachineCourseTests(ScriptedInterpreter interpreter) : IClassFixture<ScriptedInterpreter>
{
    private static readonly Dictionary<string, MachineFile> Files = new[] { "replay", "rebuild-read-model" }.ToDictionary(name => name, name => new MachineFile(name));

    public static TheoryData<string, string> Plain => [.. Files.Values.SelectMany(file => Courses.Of(file).Where(course => !course.Name.Contains("meets", StringComparison.Ordinal)).Select(course => (file.Name, course.Name)))];

    public static TheoryData<string> Names => [.. Files.Keys];

    [Theory, MemberData(nameof(Plain))]
    public async Task Course_EndsAsItShould(string machine, string course) => await RunAsync(Files[machine], Courses.Of(Files[machine]).Single(each => each.Name == course));

    [Theory, MemberData(nameof(Names))]
    public async Task EveryStateAndEveryTransition_IsTaken(string machine)
    {
        var file = Files[machine];
        var (states, transitions) = (new HashSet<string>(), new HashSet<string>());
        foreach (var course in Courses.Of(file))
        {
            var run = await RunAsync(file, course);
            states.UnionWith(run.Path.Split(' '));
            transitions.UnionWith(run.Transitions);
        }

        file.States.Except(states).ShouldBeEmpty("states that no course enters");
        file.Transitions.Except(transitions).ShouldBeEmpty("transitions that no course takes");
        transitions.Where(transition => !transition.Contains("-retry", StringComparison.Ordinal)).Except(file.Transitions).ShouldBeEmpty("transitions that the file does not have");
    }

    [Theory]
    [InlineData("replay", "PlanReplay")]
    [InlineData("replay", "PublishReplayPages")]
    [InlineData("replay", "FinishReplay")]
    [InlineData("rebuild-read-model", "PlanRebuild")]
    [InlineData("rebuild-read-model", "FillReadModel")]
    [InlineData("rebuild-read-model", "FinishRebuild")]
    public async Task StoppedWhileATaskRuns_IsAbortedAndCallsNothingMore_AndANewExecutionRunsThrough(string machine, string task)
    {
        var file = Files[machine];
        var course = Courses.Of(file)[0];
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        interpreter.BeforeAnswer = async function =>
        {
            if (function != task) return;
            reached.TrySetResult();
            await goOn.Task;
        };
        var stopped = await interpreter.StartAsync(file, "{}", course.Steps);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await interpreter.StopAsync(stopped);
        goOn.SetResult();
        interpreter.BeforeAnswer = _ => Task.CompletedTask;
        var end = await interpreter.EndOfAsync(stopped);

        end.Execution.Status.ShouldBe(Execution.Aborted);
        end.Calls.ShouldBe(course.Steps.Select(step => step.Function).TakeWhile(function => function != task).Append(task));
        await RunAsync(file, course);
        (await interpreter.EndOfAsync(stopped)).Execution.Status.ShouldBe(Execution.Aborted);
    }

    private async Task<CourseRun> RunAsync(MachineFile file, Course course)
    {
        var (execution, calls, events, answers) = await interpreter.EndOfAsync(await interpreter.StartAsync(file, course.Input, course.Steps));
        var run = new CourseRun(file, events, answers);

        calls.ShouldBe(course.Steps.Select(step => step.Function), ignoreOrder: false, course.Name);
        run.Path.ShouldBe(course.Path, course.Name);
        (execution.Status, execution.Error).ShouldBe((course.Status, course.Error), course.Name);
        if (course.Cause is not null) execution.Cause.ShouldBe(course.Cause, course.Name);
        return run;
    }
}
