using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>Looks at the topics of all topologies before a thread joins the group.</summary>
internal static class TopicCheck
{
    /// <returns>Partition count of each topic, and how large their records may be.</returns>
    /// <exception cref="JoinThreadException">
    /// Topics are missing, their partition counts do not go together, a table's topic is not compacted, or an internal one takes too little; all problems are named.
    /// </exception>
    public static (IReadOnlyDictionary<string, int> Partitions, RecordLimits Limits) Run(ThreadClients clients, JoinThreadContext context)
    {
        using var admin = clients.Admin();

        // All topics are asked for and none by name: asking by name creates a topic on clusters that create topics on their own.
        var found = admin.GetMetadata(context.Options.RequestTimeout).Topics
            .Where(topic => !topic.Error.IsError && topic.Partitions.Count > 0)
            .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        var problems = context.Topologies.SelectMany(topology => Missing(topology, found).Concat(Unequal(topology, found))).Distinct().ToList();
        var limits = RecordLimits.None;
        if (problems.Count == 0) (problems, limits) = TopicSettingsCheck.Run(admin, clients, context);
        return problems.Count == 0 ? (found, limits) : throw new JoinThreadException(string.Join("; ", problems));
    }

    private static IEnumerable<string> Missing(JoinTopology topology, Dictionary<string, int> found)
    {
        foreach (var topic in topology.Topics.Where(topic => !found.ContainsKey(topic)))
        {
            var advice = topology.InternalTopics.FirstOrDefault(internalTopic => internalTopic.Name == topic) is { } ours
                ? $"; it is one of the topology's own: create it with the partitions of '{topology.PartitionedLike(ours.Name)}' and cleanup.policy={(ours.IsCompacted ? "compact" : "delete")}"
                : "";
            yield return $"topic '{topic}' of entity '{topology.Entity}' does not exist{advice}";
        }
    }

    private static IEnumerable<string> Unequal(JoinTopology topology, Dictionary<string, int> found)
    {
        var replays = topology.RootPart.Sources.Where(source => source.Role == SourceRole.Replay).Select(source => (source.Topic, topology.Root.Topic));
        foreach (var (topic, like) in replays.Concat(topology.InternalTopics.Select(topic => (topic.Name, topology.PartitionedLike(topic.Name)))))
        {
            if (!found.TryGetValue(topic, out var partitions) || !found.TryGetValue(like, out var wanted) || partitions == wanted) continue;
            yield return $"topic '{topic}' has {partitions} partitions and '{like}' has {wanted}: they must be equal";
        }
    }
}
