using EntitySync.Local.Demo;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Reconciling;

/// <summary>What one reconciliation has written, from the beginning.</summary>
internal sealed class ReconcileTopics(LocalRunner runner, NaiveRule rule) : IAsyncDisposable
{
    public NaiveRule Rule => rule;

    public TopicFollower Outputs { get; } = new(runner.Connection, rule.OutputTopic);

    public TopicFollower Overdue { get; } = new(runner.Connection, rule.OverdueTopic);

    public TopicFollower DeadLetters { get; } = new(runner.Connection, rule.DeadLetterTopic);

    public int Count => Outputs.Count + Overdue.Count + DeadLetters.Count;

    /// <summary>What must come of these outcomes and is not there; more may be.</summary>
    public IEnumerable<string> Lacking(IEnumerable<Outcome> outcomes)
    {
        var (outputs, overdue) = (Outputs.Latest(), Overdue.Latest());
        var tooLate = 0;
        foreach (var outcome in outcomes)
        {
            if (outcome.Output is not null && !outputs.ContainsKey(outcome.Id)) yield return $"{outcome.Id} in {rule.OutputTopic}";
            if (outcome.WasOverdue && !overdue.ContainsKey(outcome.Id)) yield return $"{outcome.Id} in {rule.OverdueTopic}";
            tooLate += outcome.TooLate.Count;
        }

        var letters = DeadLetters.Since(0).Select(ReconcileCheck.PositionOf).Distinct(StringComparer.Ordinal).Count();
        if (letters < tooLate) yield return $"{tooLate - letters:N0} messages in {rule.DeadLetterTopic}";
    }

    public async ValueTask DisposeAsync()
    {
        await Outputs.DisposeAsync();
        await Overdue.DisposeAsync();
        await DeadLetters.DisposeAsync();
    }
}
