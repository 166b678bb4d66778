using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>How the topics that a definition names and needs are made, where the cluster does not have them yet. Says nothing about what is in them.</summary>
/// <param name="Partitions">Of each topic, dead letters apart; null for <see cref="DefaultPartitions"/>, or what another definition says of a topic that both name.</param>
/// <param name="Topics">What holds for single topics instead.</param>
public sealed record TopicProvision(int? Partitions, ImmutableSortedDictionary<string, TopicOverride> Topics)
{
    public const int DefaultPartitions = 3;

    /// <summary>More than Kafka brokers of any size are run with in one topic.</summary>
    public const int MostPartitions = 10_000;

    public static TopicProvision Standard { get; } = new(null, ImmutableSortedDictionary<string, TopicOverride>.Empty);
}

/// <param name="Partitions">Null when nothing is said of them.</param>
/// <param name="Retention">How long records of a topic that is not compacted are kept; null when nothing is said.</param>
public sealed record TopicOverride(int? Partitions, TimeSpan? Retention);
