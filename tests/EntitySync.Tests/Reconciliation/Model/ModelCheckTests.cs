namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>
/// All interleavings of small scripts: what runs is the real code, and every call of the table is a step. Two event sources deliver in batches of one message or all; an invocation may be
/// given up between any two calls and its messages come again, while the call it had under way happens later, or never; a call may fail for the moment.
/// </summary>
public sealed class ModelCheckTests(ITestOutputHelper output)
{
    private static readonly string[] Interesting = ["E12 P1 P2", "E12 E1 P1", "E1 C P1", "E1 P1 P1", "E1 E1 P1"];

    [Fact]
    public void OneOrder_EveryScriptOfThreeMessages() =>
        Check(Script.All(3).Select(order => new Script(order)), new ModelOptions(Abandons: 1, Failures: 1));

    [Fact]
    public void OneOrder_GivenUpTwice() =>
        Check(Interesting.Select(order => new Script(order)), new ModelOptions(Abandons: 2));

    [Fact]
    public void OneOrder_SweptWhileItsMessagesCome() =>
        Check(Script.All(3).Select(order => new Script(order)), new ModelOptions(Abandons: 1, Sweeps: 1));

    [Fact]
    public void TwoOrders_SomethingGivenUp() =>
        Check([new Script("E12 P1 P2", "E1 P1"), new Script("E12 E1 P1", "E1 P1"), new Script("E1 C P1", "P1 E1 E1")], new ModelOptions(Abandons: 1));

    [Fact]
    public void TwoOrders_OneCallFails() => Check(Pairs(), new ModelOptions(Failures: 1));

    [Fact]
    public void TransitionThatDoesNotAskForTheVersion_IsFound() =>
        Violation(new Script("E1 E12 P1"), new ModelOptions(Mutant: Mutant.VersionIgnored)).ShouldStartWith("o-1 became complete without p2 ");

    [Fact]
    public void DuplicateThatIsNotJudged_IsFound() =>
        Violation(new Script("P1 E1"), new ModelOptions(Abandons: 1, Mutant: Mutant.DuplicateNotJudged)).ShouldStartWith("o-1 stays Open though all is there ");

    [Fact]
    public void FailureThatIsNotRedelivered_IsFound() =>
        Violation(new Script("E1", "E1"), new ModelOptions(Failures: 1, Mutant: Mutant.FailureNotRedelivered)).ShouldMatch("^o-[12] was lost ");

    private static IEnumerable<Script> Pairs() =>
        Interesting.SelectMany((first, index) => Interesting.Skip(index).Select(second => new Script(first, second)));

    private string Violation(Script script, ModelOptions options)
    {
        var message = Should.Throw<ModelViolationException>(() => Check([script], options)).Message;
        output.WriteLine(message);
        return message;
    }

    private void Check(IEnumerable<Script> scripts, ModelOptions options)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null); // what awaits a call goes on inside it, on this thread
        try
        {
            var parts = new ModelParts();
            var (states, runs, count) = (0L, 0L, 0);
            foreach (var script in scripts)
            {
                var explorer = new Explorer(script, options, parts);
                explorer.Explore();
                (states, runs, count) = (states + explorer.States, runs + explorer.Runs, count + 1);
            }

            states.ShouldBeGreaterThan(count);
            output.WriteLine($"{options}: {count} scripts, {states} states, {runs} runs");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
