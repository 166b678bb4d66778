using System.Text;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Explain;

/// <summary>Draws the flow: topics are rounded, internal ones dashed, tables are cylinders, parts and functions are boxes.</summary>
internal static class MermaidGraph
{
    public static string Of(JoinTopology topology) => Of(Flow.Of(topology), topology.InternalTopics.Select(topic => topic.Name).ToHashSet(StringComparer.Ordinal));

    /// <summary>Without internal topics.</summary>
    public static string Of(IReadOnlyList<FlowStep> flow) => Of(flow, new HashSet<string>());

    /// <param name="flow">What is drawn.</param>
    /// <param name="inner">Internal topics.</param>
    public static string Of(IReadOnlyList<FlowStep> flow, IReadOnlySet<string> inner)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = new StringBuilder("flowchart LR\n");
        foreach (var topic in flow.SelectMany(step => step.Reads.Concat(step.Writes)).Select(edge => edge.Topic).Distinct(StringComparer.Ordinal))
        {
            var id = ids[topic] = $"t{ids.Count}";
            var isTable = topic.Contains(' ', StringComparison.Ordinal);
            text.Append("  ").Append(id).Append(isTable ? "[(\"" : "([\"").Append(topic).Append(isTable ? "\")]" : "\"])").Append(inner.Contains(topic) ? ":::internal\n" : "\n");
        }

        for (var index = 0; index < flow.Count; index++) AppendStep(text, flow[index], $"p{index}", ids);
        if (inner.Count > 0) text.Append("  classDef internal stroke-dasharray: 4 3\n");
        return text.ToString();
    }

    private static void AppendStep(StringBuilder text, FlowStep step, string id, Dictionary<string, string> topics)
    {
        text.Append("  ").Append(id).Append("[\"").Append(step.Name).Append("<br/>").Append(step.Kind).Append("\"]\n");
        foreach (var edge in step.Reads) text.Append("  ").Append(topics[edge.Topic]).Append(Arrow(edge)).Append(id).Append('\n');
        foreach (var edge in step.Writes) text.Append("  ").Append(id).Append(Arrow(edge)).Append(topics[edge.Topic]).Append('\n');
    }

    private static string Arrow(FlowEdge edge) => edge.Label.Length > 0 ? $" -- {edge.Label} --> " : " --> ";
}
