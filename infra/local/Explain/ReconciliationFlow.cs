using EntitySync.Core.Definitions;

namespace EntitySync.Local.Explain;

/// <summary>All that the messages of a reconciliation go through: three functions around one table.</summary>
internal static class ReconciliationFlow
{
    public static readonly string Table = Flow.Table("reconciliations");

    public static IReadOnlyList<FlowStep> Of(ReconciliationDefinition definition)
    {
        List<FlowStep> steps =
        [
            new("Reconcile", "Lambda function", null, [new(definition.Expected.Topic, "expected"), new(definition.Arrived.Topic, "arrived")], [new(Table), new(definition.DeadLetterTopic(), "bad input")]),
        ];
        if (definition.Deadline is not null) steps.Add(new("SweepOverdue", "Lambda function, by schedule", null, [new(Table, "index")], [new(Table)]));
        steps.Add(new("PublishCompleted", "Lambda function", null, [new(Table, "stream")], [.. Published(definition)]));
        return steps;
    }

    private static IEnumerable<FlowEdge> Published(ReconciliationDefinition definition)
    {
        yield return new(definition.Output.Topic, "complete");
        if (definition.OverdueTopic is { } overdue) yield return new(overdue, "overdue");
    }
}
