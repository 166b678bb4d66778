using System.Diagnostics;
using EntitySync.Core.Reconciliation;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;
using Spectre.Console;

namespace EntitySync.Local.Reconciling;

/// <summary>How everything stands, as a table or in a line.</summary>
internal sealed class ReconcileBoard(LocalRunner runner, StatusTally tally, HandlerKiller killer, IReadOnlyList<ReconcileTopics> topics)
{
    private static readonly ReconciliationStatus[] Shown =
        [ReconciliationStatus.Waiting, ReconciliationStatus.Open, ReconciliationStatus.Complete, ReconciliationStatus.Cancelled, ReconciliationStatus.Overdue];

    private readonly Stopwatch _sending = new();

    /// <summary>Messages that Reconcile took.</summary>
    public long Delivered => runner.EventSources.Status.Where(source => source.FunctionId == ReconcileRun.Reconcile).Sum(source => source.Delivered);

    /// <summary>Since messages are sent, on average; times in which nothing is to do are left out.</summary>
    public double MessagesPerSecond => _sending.Elapsed > TimeSpan.Zero ? Delivered / _sending.Elapsed.TotalSeconds : 0;

    public void Start() => _sending.Start();

    public void Pause() => _sending.Stop();

    public Table Picture()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var column in Shown.Select(ReconciliationView.NameOf).Concat(["published", "reported", "dead letters"])) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var one in topics)
        {
            var counts = tally.Of(one.Rule.Entity);
            var figures = Shown.Select(status => counts.GetValueOrDefault(status)).Concat([one.Outputs.Keys, one.Overdue.Keys, one.DeadLetters.Count]);
            table.AddRow([Markup.Escape(one.Rule.Entity), .. figures.Select(figure => $"{figure:N0}")]);
        }

        return table.Caption(Markup.Escape($"{Delivered:N0} messages, {MessagesPerSecond:N0} a second; {killer.Counts.Values.Sum(counts => counts.All):N0} invocations killed"));
    }

    /// <summary>Changes when something moves, and only then: no time is in it.</summary>
    public string Line() =>
        string.Join("; ", topics.Select(one => $"{one.Rule.Entity}: {Statuses(one.Rule.Entity)}, {one.Outputs.Keys:N0} published")) + $"; {Delivered:N0} messages";

    private string Statuses(string entity)
    {
        var counts = tally.Of(entity);
        return string.Join(", ", Shown.Select(status => $"{counts.GetValueOrDefault(status):N0} {ReconciliationView.NameOf(status)}"));
    }
}
