using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Explain;

/// <summary>The plan of a read model in words: topics, functions, the table with its fields and indexes, what events change, and what they cost.</summary>
internal static class ReadModelPlan
{
    public static string Of(ReadModelDefinition definition)
    {
        var text = new StringBuilder();
        text.Append($"{definition.ReadModel}: keeps a table of {string.Join(", ", definition.Topics.Select(topic => topic.Topic))}\n\nTopics\n");
        foreach (var (how, topic, about) in Topics(definition)) text.Append($"  {how,-9} {topic,-34} {about}\n");
        text.Append("\nParts\n");
        foreach (var step in ReadModelFlow.Of(definition))
            text.Append($"  {step.Name}: {step.Kind}\n    reads  {PlanText.Edges(step.Reads)}\n{(step.Writes.Count > 0 ? $"    writes {PlanText.Edges(step.Writes)}\n" : "")}");
        text.Append($"\nTable {ReadModelFlow.Table(definition)["table ".Length..]}, made by the functions, one for each version N\n");
        foreach (var (field, about) in Fields(definition)) text.Append($"  field     {field,-20} {about}\n");
        foreach (var index in definition.Indexes) text.Append($"  index     {index.Name,-20} {About(index)}\n");
        if (definition.Topics.Any(topic => topic.Deletes)) text.Append($"  deleted rows are remembered for {IsoDuration.Text(definition.Keep)}\n");
        text.Append("\nEvents\n");
        foreach (var topic in definition.Topics) AppendEvents(text, topic);
        text.Append("\nWhat an event costs\n");
        foreach (var line in Costs(definition)) text.Append($"  {line}\n");
        return text.ToString();
    }

    private static IEnumerable<(string How, string Topic, string About)> Topics(ReadModelDefinition definition)
    {
        foreach (var topic in definition.Topics)
            yield return ("read", topic.Topic, $"events of the row {topic.Key}, in the order of {(topic.Time is { } time ? time.Text : "the records' timestamps")}{(topic.Id is { } id ? $", told apart by {id.Text}" : "")}{(topic.Tombstones switch { TombstoneRule.Delete => "; a tombstone deletes the row", TombstoneRule.Ignore => "; tombstones are passed over", _ => "" })}");
        if (definition.OutputTopic is { } output) yield return ("written", output, "changed rows, a tombstone for a deleted one; not by a rebuild");
        yield return ("written", definition.DeadLetterTopic(), "events that could not be used, with the reason");
    }

    private static IEnumerable<(string Field, string About)> Fields(ReadModelDefinition definition)
    {
        var changes = definition.Topics.SelectMany(topic => topic.Events.SelectMany(rule => rule.Changes.Select(change => (topic.Topic, Change: change)))).ToList();
        foreach (var field in changes.GroupBy(each => each.Change.Field, StringComparer.Ordinal))
        {
            var first = field.First().Change;
            var nature = first.Kind switch
            {
                FieldChangeKind.Increment => "sum",
                FieldChangeKind.Append => $"list of the newest {field.Max(each => each.Change.Limit)}",
                _ when definition.States.FirstOrDefault(state => state.Field == field.Key) is { } states => $"goes forward only: {string.Join(", ", states.Order)}",
                _ => "newest value",
            };
            yield return (field.Key, $"{nature}, from {string.Join(", ", field.Select(each => each.Topic).Distinct(StringComparer.Ordinal))}");
        }
    }

    private static string About(ReadModelIndex index) =>
        $"rows of one {index.Key}, by {(index.Sort is { } sort ? sort + (index.SortsNumbers ? " (a number)" : "") : "key")}: GET .../?index={index.Name}&key=...";

    private static void AppendEvents(StringBuilder text, ReadModelTopic topic)
    {
        text.Append($"  {topic.Topic}\n");
        foreach (var rule in topic.Events)
        {
            var which = rule.Where.IsEmpty ? "every one" : $"with {RelationWords.Conditions(rule.Where)}";
            var what = rule.Deletes ? "deletes the row and does nothing else" : string.Join("; ", rule.Changes.GroupBy(change => change.Kind).Select(group => $"{Word(group.Key)} {string.Join(", ", group.Select(Shown))}"));
            text.Append($"    {which}: {what}\n");
        }
    }

    private static string Word(FieldChangeKind kind) => kind switch
    {
        FieldChangeKind.Replace => "replaces",
        FieldChangeKind.Set => "sets",
        FieldChangeKind.Increment => "adds",
        _ => "appends to",
    };

    private static string Shown(FieldChange change) => change switch
    {
        { Fields.IsEmpty: false } => $"{change.Field} ({RelationWords.Fields(change.Fields)})",
        { Kind: FieldChangeKind.Increment, Source: { } source } => $"{source} to {change.Field}",
        { Kind: FieldChangeKind.Increment, Constant: { } number } => $"{Encoding.UTF8.GetString(number.AsSpan())} to {change.Field}",
        { Source: { } source } => source.Text == change.Field ? change.Field : $"{change.Field} from {source}",
        { Constant: { } constant } => $"{change.Field} as {Encoding.UTF8.GetString(constant.AsSpan())}",
        _ => change.Field,
    };

    private static IEnumerable<string> Costs(ReadModelDefinition definition)
    {
        yield return "a batch: one read and one conditional write for each row in it, whatever the number of the row's events; twice that while a rebuild fills another version, or one is kept for a rollback";
        if (!definition.Indexes.IsEmpty) yield return $"an index: one more write each time the row changes ({definition.Indexes.Length} in all)";
        if (definition.OutputTopic is not null) yield return "an output: one read and one record for each row of a batch";
        var lists = definition.Topics.SelectMany(topic => topic.Events).SelectMany(rule => rule.Changes).Where(change => change.Kind == FieldChangeKind.Append).Select(change => change.Limit).ToList();
        if (lists.Count > 0) yield return $"size: the newest {lists.Max()} elements of a list are kept for each partition they came from, all in the row's item of 400 KB at most";
    }
}
