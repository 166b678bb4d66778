using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Explain;

/// <summary>The plan of a reconciliation in words: topics, functions, when an entity is complete, cancelled, overdue and forgotten, and what a message costs.</summary>
internal static class ReconciliationPlan
{
    public static string Of(ReconciliationDefinition definition)
    {
        var (expected, arrived) = (definition.Expected, definition.Arrived);
        var text = new StringBuilder();
        text.Append($"{definition.Entity}: reconciles {expected.Topic} with {arrived.Topic}, to {definition.Output.Topic}\n\nTopics\n");
        foreach (var (how, topic, about) in Topics(definition)) text.Append($"  {how,-9} {topic,-34} {about}\n");
        text.Append("\nParts\n");
        foreach (var step in ReconciliationFlow.Of(definition)) text.Append($"  {step.Name}: {step.Kind}\n    reads  {PlanText.Edges(step.Reads)}\n    writes {PlanText.Edges(step.Writes)}\n");
        text.Append("\nRules\n");
        foreach (var (name, rule) in Rules(definition)) text.Append($"  {name,-10} {rule}\n");
        text.Append("\nWhat a message costs\n")
            .Append("  a batch: one conditional write for each entity in it, whatever the number of its messages (beyond 100 pieces one for each 100), and no read; one more when the entity becomes complete\n");
        if (definition.Deadline is not null) text.Append("  a deadline: one query for each part of the index a sweep, and one write for each entity that becomes overdue\n");
        return text.ToString();
    }

    private static IEnumerable<(string How, string Topic, string About)> Topics(ReconciliationDefinition definition)
    {
        yield return ("read", definition.Expected.Topic, "says what has to arrive");
        yield return ("read", definition.Arrived.Topic, "brings it");
        yield return ("written", definition.Output.Topic, "complete entities, once each");
        if (definition.OverdueTopic is { } overdue) yield return ("written", overdue, "overdue entities");
        yield return ("written", definition.DeadLetterTopic(), "messages that could not be used, with the reason");
    }

    private static IEnumerable<(string Name, string Rule)> Rules(ReconciliationDefinition definition)
    {
        var (expected, arrived, output) = (definition.Expected, definition.Arrived, definition.Output);
        yield return ("id", $"{expected.Key} of {expected.Topic}, {arrived.Key} of {arrived.Topic}");
        yield return ("piece", $"told apart by {arrived.Element}: one that comes again counts once{(arrived.Amount is { } piece ? $"; adds {Shown(piece)}" : "")}");
        yield return ("complete", expected.Amount is { } amount ? $"when what arrived sums up to {Shown(amount)}" : $"when each value of {expected.Elements} has arrived");
        yield return ("cancelled", $"{(expected.Cancelled.IsEmpty ? "" : $"by a message with {RelationWords.Conditions(expected.Cancelled)}, or ")}by a tombstone of {expected.Topic}");
        yield return ("overdue", definition.Deadline switch
        {
            { After: { } after } => $"{IsoDuration.Text(after)} after the first message of {expected.Topic}{Unreported(definition)}",
            { At: { } at } => $"at {at} of {expected.Topic}{Unreported(definition)}",
            _ => "never",
        });
        yield return ("forgotten", $"{IsoDuration.Text(definition.Keep)} after it is complete, cancelled or overdue, or after something arrived that nobody expected");
        yield return ("output", output.Embed is { } embed
            ? $"the document of {expected.Topic} with {embed}: what arrived{(arrived.Fields.IsEmpty ? "" : $" ({RelationWords.Fields(arrived.Fields)})")}"
            : $"the document of {expected.Topic} as it came");
        yield return ("log", $"{definition.Entity} ID: {(expected.Amount is null ? "1/2" : "1.00/2.00")} {arrived.Name}, open");
    }

    private static string Unreported(ReconciliationDefinition definition) => definition.OverdueTopic is null ? "; written to no topic, listed by the API" : "";

    private static string Shown(AmountDefinition amount) => amount.Currency is { } currency ? $"{amount.Value} in {currency}" : amount.Value.Text;
}
