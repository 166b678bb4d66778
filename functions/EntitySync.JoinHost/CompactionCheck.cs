using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// State is restored from topics, so those must keep the newest record of every key: <c>cleanup.policy=compact</c>. A cluster that does not tell
/// (no permission to describe, or no such request) is trusted, with a warning.
/// </summary>
internal static class CompactionCheck
{
    private const string Policy = "cleanup.policy";
    private const string Compact = "compact";

    /// <returns>Problems; empty when there are none or they are allowed.</returns>
    public static List<string> Run(IAdminClient admin, ThreadClients clients, JoinThreadContext context)
    {
        if (!context.Options.ChecksCompaction) return [];
        var topics = context.Topologies.SelectMany(topology => topology.SubTopologies).SelectMany(part => part.Sources)
            .Where(source => source.RestoresState).Select(source => source.Topic).Distinct(StringComparer.Ordinal).ToList();
        if (Policies(admin, topics, context) is not { } policies) return [];
        var problems = policies.Where(entry => entry.Policy != Compact).Select(Problem).ToList();
        if (problems.Count == 0 || !clients.AllowsUncompacted) return problems.ConvertAll(problem => problem + ". Set it to compact, or JOIN_ALLOW_UNCOMPACTED=true");
        WarnOnce(context, string.Join("; ", problems) + ". Allowed by JOIN_ALLOW_UNCOMPACTED");
        return [];
    }

    private static string Problem((string Topic, string Policy) entry) =>
        $"topic '{entry.Topic}' has {Policy}={entry.Policy}: after a restart the state would be only what its retention has left";

    /// <returns>Null when the cluster does not tell.</returns>
    private static List<(string Topic, string Policy)>? Policies(IAdminClient admin, List<string> topics, JoinThreadContext context)
    {
        try
        {
            var resources = topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic });
            var answers = admin.DescribeConfigsAsync(resources, new DescribeConfigsOptions { RequestTimeout = context.Options.RequestTimeout }).GetAwaiter().GetResult();
            return [.. answers.Where(answer => answer.Entries.ContainsKey(Policy)).Select(answer => (answer.ConfigResource.Name, answer.Entries[Policy].Value))];
        }
        catch (KafkaException failure)
        {
            WarnOnce(context, $"The cluster does not tell whether {string.Join(", ", topics)} are compacted, as restoring state needs: {KafkaErrors.Describe(failure.Error)}");
            return null;
        }
    }

    private static void WarnOnce(JoinThreadContext context, string warning)
    {
        if (context.Thread == 0 && context.Warned.Add(warning)) context.Logger.LogWarning("{Warning}", warning);
    }
}
