using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Explain;

/// <summary>What a task of a part keeps, and what it is restored from.</summary>
internal static class PartState
{
    public static string Of(SubTopology part)
    {
        var kept = Kept(part).ToList();
        if (kept.Count == 0) return "nothing";
        var topics = part.Sources.Where(source => source.RestoresState).Select(source => source.Topic);
        return $"{string.Join("; ", kept)}; restored from {string.Join(", ", topics)}";
    }

    private static IEnumerable<string> Kept(SubTopology part) => part.Kind switch
    {
        SubTopologyKind.Root or SubTopologyKind.Nested => Joined(part),
        SubTopologyKind.Intake => ["the entity's key of each row"],
        SubTopologyKind.Rekey => ["the join column of each row"],
        SubTopologyKind.Answer => ["rows by their join column", "which tasks have asked for them"],
        _ => [],
    };

    private static IEnumerable<string> Joined(SubTopology part)
    {
        if (part.Lead.RestoresState) yield return part.Kind == SubTopologyKind.Root ? "its entities, and which of them refer to a related row" : "its rows, and which of them refer to a related row";
        foreach (var source in part.Sources)
        {
            if (source.Role == SourceRole.Broadcast) yield return $"all rows of {source.Topic}, once a thread";
            if (source.Role == SourceRole.Answers && !part.Lead.RestoresState) yield return $"the rows of {source.Relation!.Name} that it has asked for lately, and events that wait for some";
            else if (source.Role == SourceRole.Answers) yield return $"the rows of {source.Relation!.Name} that it has asked for";
        }

        if (part.Kind == SubTopologyKind.Root && part.Node.Definition.Emit.Once) yield return "which entities have been emitted";
    }
}
