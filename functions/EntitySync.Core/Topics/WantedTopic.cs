using System.Globalization;

namespace EntitySync.Core.Topics;

/// <summary>A topic that must exist.</summary>
/// <param name="Name">Its name on the cluster.</param>
/// <param name="Partitions">How many it must have; they are never changed, for that would move keys to other tasks.</param>
/// <param name="Retention">How long records are kept, <see cref="Timeout.InfiniteTimeSpan"/> for ever; null when the topic is compacted.</param>
/// <param name="IsOurs">True when the product owns it and may change its settings; false for a topic of somebody else, which is made when it is missing and else left as it is.</param>
public sealed record WantedTopic(string Name, int Partitions, TimeSpan? Retention, bool IsOurs)
{
    /// <summary>Kafka's name of how a topic is cleaned up.</summary>
    public const string CleanupSetting = "cleanup.policy";

    /// <summary>Kafka's name of how long records are kept.</summary>
    public const string RetentionSetting = "retention.ms";

    /// <summary>True when the newest record of every key is kept for ever.</summary>
    public bool IsCompacted => Retention is null;

    /// <summary>The settings it must have, by Kafka's names. Replication and the replicas that must acknowledge are the broker's defaults.</summary>
    public IReadOnlyDictionary<string, string> Settings => Retention is not { } retention
        ? new Dictionary<string, string>(StringComparer.Ordinal) { [CleanupSetting] = "compact" }
        : new Dictionary<string, string>(StringComparer.Ordinal) { [CleanupSetting] = "delete", [RetentionSetting] = Milliseconds(retention) };

    private static string Milliseconds(TimeSpan retention) =>
        retention == Timeout.InfiniteTimeSpan ? "-1" : ((long)retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
