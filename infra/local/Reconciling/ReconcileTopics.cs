using EntitySync.Local.Demo;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Reconciling;

/// <summary>What one reconciliation has written, from the beginning.</summary>
internal sealed class ReconcileTopics(LocalRunner runner, NaiveRule rule) : IAsyncDisposable
{
    public NaiveRule Rule => rule;

    public TopicFollower Outputs { get; } = new(runner.Settings, rule.OutputTopic);

    public TopicFollower Overdue { get; } = new(runner.Settings, rule.OverdueTopic);

    public TopicFollower DeadLetters { get; } = new(runner.Settings, rule.DeadLetterTopic);

    public int Count => Outputs.Count + Overdue.Count + DeadLetters.Count;

    /// <summary>True when all that must come of these outcomes is there; more may be.</summary>
    public bool Hold(IEnumerable<Outcome> outcomes)
    {
        var (outputs, overdue) = (Outputs.Latest(), Overdue.Latest());
        var tooLate = 0;
        foreach (var outcome in outcomes)
        {
            if ((outcome.Output is not null && !outputs.ContainsKey(outcome.Id)) || (outcome.WasOverdue && !overdue.ContainsKey(outcome.Id))) return false;
            tooLate += outcome.TooLate.Count;
        }

        return DeadLetters.Since(0).Select(ReconcileCheck.PositionOf).Distinct(StringComparer.Ordinal).Count() >= tooLate;
    }

    public async ValueTask DisposeAsync()
    {
        await Outputs.DisposeAsync();
        await Overdue.DisposeAsync();
        await DeadLetters.DisposeAsync();
    }
}
