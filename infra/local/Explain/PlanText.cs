using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Explain;

/// <summary>The plan of an entity in words: topics, parts with their state, relations, and what a change of each input costs.</summary>
internal sealed class PlanText
{
    private const int Width = 34;
    private readonly StringBuilder _text = new();
    private readonly JoinTopology _topology;
    private readonly IReadOnlyList<FlowStep> _flow;

    private PlanText(JoinTopology topology)
    {
        _topology = topology;
        _flow = Flow.Of(topology);
    }

    public static string Of(JoinTopology topology)
    {
        var plan = new PlanText(topology);
        plan.Head();
        plan.Topics();
        plan.Steps();
        plan.Relations();
        plan.Section("What a change costs", PlanCosts.Of(topology));
        return plan._text.ToString();
    }

    private void Head()
    {
        var definition = _topology.Definition;
        var (root, emit) = (definition.Root, definition.Emit);
        var key = root.Key.Columns.IsEmpty ? "the record key as it is" : $"key {root.Key}";
        Line(0, $"{definition.Entity}: a {(root.Kind == RootKind.Table ? "table" : "stream of events")} from {root.Topic}{(root.Format == DocumentFormat.Debezium ? " (change events)" : "")}, {key}, to {definition.Output.Topic}");
        Line(0, $"Emitted {(emit.When == EmitWhen.OnChange ? "when the output changes" : "with every update")}{(emit.Once ? ", a single time until the root is deleted" : "")}"
            + $"{(emit.Complete.IsEmpty ? "" : $", only while every match value of {string.Join(" and ", emit.Complete)} has a row")}{(definition.Hook is { } hook ? $", after {hook.Type} has seen it" : "")}.");
    }

    private void Topics()
    {
        var written = _flow.SelectMany(step => step.Writes).Select(edge => edge.Topic).ToHashSet(StringComparer.Ordinal);
        var read = _flow.SelectMany(step => step.Reads).Select(edge => edge.Topic).ToHashSet(StringComparer.Ordinal);
        var inner = _topology.InternalTopics.Select(topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        Heading("Topics");
        foreach (var topic in read.Where(topic => !inner.Contains(topic) && !written.Contains(topic)).Order(StringComparer.Ordinal)) Line(1, $"{"read",-9} {topic.PadRight(Width)} {About(topic)}");
        foreach (var topic in _topology.InternalTopics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
            Line(1, $"{"internal",-9} {topic.Name.PadRight(Width)} as many partitions as {topic.PartitionsOf}, {(topic.IsCompacted ? "cleanup.policy=compact" : "cleanup.policy=delete")}");
        foreach (var topic in written.Where(topic => !inner.Contains(topic)).Order(StringComparer.Ordinal)) Line(1, $"{"written",-9} {topic.PadRight(Width)} {About(topic)}");
    }

    private string About(string topic)
    {
        if (topic == _topology.Definition.ReplayTopic()) return $"as many partitions as {_topology.Root.Topic}";
        if (topic == _topology.DeadLetterTopic) return "records that could not be used, with the reason";
        if (topic == _topology.Definition.Output.Topic) return "the joined entities";
        if (topic == _topology.EmissionTopic) return "on their way to Enrich";
        if (topic.Contains(' ', StringComparison.Ordinal)) return "DynamoDB, written through ReferenceApi";
        var isState = _flow.SelectMany(step => step.Part?.Sources ?? []).Any(source => source.Topic == topic && source.RestoresState);
        return isState ? "must be compacted: state is restored from it" : "";
    }

    private void Steps()
    {
        Heading("Parts (a task for each partition of the first topic)");
        foreach (var step in _flow)
        {
            Line(1, $"{step.Name}: {step.Kind}");
            Line(2, $"reads  {Edges(step.Reads)}");
            Line(2, $"writes {Edges(step.Writes)}");
            if (step.Part is { } part) Line(2, $"keeps  {PartState.Of(part)}");
        }
    }

    private void Relations()
    {
        Heading("Relations");
        foreach (var relation in _topology.Definition.Relations) Relation(relation, relation.Name, 1);
    }

    private void Relation(RelationDefinition relation, string path, int depth)
    {
        var lines = RelationWords.Of(relation).ToList();
        Line(depth, $"{path} ({$"{relation.Strategy}".ToLowerInvariant()}): {lines[0]};");
        foreach (var line in lines.Skip(1)) Line(depth + 1, line);
        foreach (var nested in relation.Relations) Relation(nested, $"{path}.{nested.Name}", depth + 1);
    }

    private void Section(string title, IEnumerable<string> lines)
    {
        Heading(title);
        foreach (var line in lines) Line(1, line);
    }

    private void Heading(string title) => _text.Append('\n').Append(title).Append('\n');

    private void Line(int depth, string text) => _text.Append(' ', depth * 2).Append(text.TrimEnd()).Append('\n');

    internal static string Edges(IEnumerable<FlowEdge> edges) => string.Join(", ", edges.Select(edge => edge.Label.Length > 0 ? $"{edge.Topic} ({edge.Label})" : edge.Topic));
}
