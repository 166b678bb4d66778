using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>Looks at the topics of all topologies before a thread joins the group.</summary>
internal static class TopicCheck
{
    /// <returns>Partition count of each topic.</returns>
    /// <exception cref="JoinThreadException">Topics are missing, or the sources of a topology differ in their partition counts; all problems are named.</exception>
    public static IReadOnlyDictionary<string, int> Run(ThreadClients clients, IReadOnlyList<JoinTopology> topologies, TimeSpan timeout)
    {
        using var admin = clients.Admin();

        // All topics are asked for and none by name: asking by name creates a topic on clusters that create topics on their own.
        var found = admin.GetMetadata(timeout).Topics
            .Where(topic => !topic.Error.IsError && topic.Partitions.Count > 0)
            .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        var problems = topologies.SelectMany(topology => Problems(topology, found)).Distinct().ToList();
        return problems.Count == 0 ? found : throw new JoinThreadException(string.Join("; ", problems));
    }

    private static IEnumerable<string> Problems(JoinTopology topology, Dictionary<string, int> found)
    {
        foreach (var topic in topology.Topics.Where(topic => !found.ContainsKey(topic)))
        {
            yield return $"topic '{topic}' of entity '{topology.Entity}' does not exist";
        }

        if (!found.TryGetValue(topology.Root.Topic, out var partitions)) yield break;
        foreach (var source in topology.RootPart.Sources.Where(source => found.TryGetValue(source.Topic, out var count) && count != partitions))
        {
            yield return $"topic '{source.Topic}' has {found[source.Topic]} partitions and '{topology.Root.Topic}' has {partitions}: they must be equal";
        }
    }
}
