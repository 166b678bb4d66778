using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Looks at the settings of all topics. State is restored from topics, so those must keep the newest record of every key: <c>cleanup.policy=compact</c>. Internal topics
/// must take the largest internal record, and what others take is noted. A cluster that does not tell (no permission to describe, or no such request) is
/// trusted, with a warning.
/// </summary>
internal static class TopicSettingsCheck
{
    private const string Policy = "cleanup.policy";
    private const string Compact = "compact";
    private const string MaximumBytes = "max.message.bytes";

    /// <summary>Room for key and heads beside the largest answer.</summary>
    private const int InternalOverheadBytes = 32 * 1024;

    /// <returns>Problems, empty when there are none or they are allowed; and the limits of the topics that are written.</returns>
    public static (List<string> Problems, RecordLimits Limits) Run(IAdminClient admin, ThreadClients clients, JoinThreadContext context)
    {
        var settings = context.Options.ChecksTopicSettings ? Ask(admin, context) : [];
        var limits = settings.Where(topic => topic.Value.MaximumBytes is not null).ToDictionary(topic => topic.Key, topic => topic.Value.MaximumBytes!.Value, StringComparer.Ordinal);
        foreach (var (topic, bytes) in context.Options.MaximumRecordBytes) limits[topic] = bytes;
        return ([.. Uncompacted(settings, clients, context), .. TooSmall(limits, context)], new RecordLimits(limits));
    }

    private static List<string> Uncompacted(Dictionary<string, TopicSettings> settings, ThreadClients clients, JoinThreadContext context)
    {
        var problems = Restored(context).Where(topic => settings.TryGetValue(topic, out var found) && found.Policy is not (null or Compact))
            .Select(topic => $"topic '{topic}' has {Policy}={settings[topic].Policy}: after a restart the state would be only what its retention has left").ToList();
        if (problems.Count == 0 || !clients.AllowsUncompacted) return problems.ConvertAll(problem => problem + ". Set it to compact, or JOIN_ALLOW_UNCOMPACTED=true");
        WarnOnce(context, string.Join("; ", problems) + ". Allowed by JOIN_ALLOW_UNCOMPACTED");
        return [];
    }

    // Such a record would be refused again and again, and nothing can stand in for it.
    private static IEnumerable<string> TooSmall(Dictionary<string, int> limits, JoinThreadContext context)
    {
        var needed = context.Options.Join!.AnswerBytes + InternalOverheadBytes;
        return from topic in context.Topologies.SelectMany(topology => topology.InternalTopics).Select(topic => topic.Name).Distinct(StringComparer.Ordinal)
               where limits.TryGetValue(topic, out var bytes) && bytes < needed
               select $"topic '{topic}' has {MaximumBytes}={limits[topic]}: internal records may have {needed} bytes";
    }

    private static List<string> Restored(JoinThreadContext context) =>
        [.. context.Topologies.SelectMany(topology => topology.SubTopologies).SelectMany(part => part.Sources).Where(source => source.RestoresState).Select(source => source.Topic).Distinct(StringComparer.Ordinal)];

    /// <returns>Empty when the cluster does not tell.</returns>
    private static Dictionary<string, TopicSettings> Ask(IAdminClient admin, JoinThreadContext context)
    {
        try
        {
            var resources = context.Topologies.SelectMany(topology => topology.Topics).Distinct(StringComparer.Ordinal).Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic });
            var answers = admin.DescribeConfigsAsync(resources, new DescribeConfigsOptions { RequestTimeout = context.Options.RequestTimeout }).GetAwaiter().GetResult();
            return answers.ToDictionary(answer => answer.ConfigResource.Name, answer => TopicSettings.Of(answer.Entries), StringComparer.Ordinal);
        }
        catch (KafkaException failure)
        {
            WarnOnce(
                context,
                $"The cluster does not tell whether {string.Join(", ", Restored(context))} are compacted, as restoring state needs, nor how large records may be: {KafkaErrors.Describe(failure.Error)}");
            return [];
        }
    }

    private static void WarnOnce(JoinThreadContext context, string warning)
    {
        if (context.Thread == 0 && context.Warned.Add(warning)) context.Logger.LogWarning("{Warning}", warning);
    }

    /// <summary>Null where the answer has no such entry.</summary>
    private sealed record TopicSettings(string? Policy, int? MaximumBytes)
    {
        public static TopicSettings Of(Dictionary<string, ConfigEntryResult> entries) => new(
            entries.TryGetValue(TopicSettingsCheck.Policy, out var policy) ? policy.Value : null,
            entries.TryGetValue(TopicSettingsCheck.MaximumBytes, out var bytes) && int.TryParse(bytes.Value, out var number) ? number : null);
    }
}
