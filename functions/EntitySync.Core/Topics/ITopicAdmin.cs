namespace EntitySync.Core.Topics;

/// <summary>
/// Makes topics and looks after their settings. It cannot delete any. Errors: <see cref="Errors.TransientException"/> when the same call may succeed later,
/// <see cref="Errors.InvalidRequestException"/> when the cluster refuses it; the message names the topics.
/// </summary>
public interface ITopicAdmin
{
    /// <summary>Number of partitions of each topic that the cluster shows.</summary>
    Task<IReadOnlyDictionary<string, int>> PartitionsAsync(CancellationToken cancellationToken);

    /// <summary>Creates topics. A call that failed may be repeated.</summary>
    /// <returns>Those that existed already; nothing was done to them.</returns>
    Task<IReadOnlySet<string>> CreateAsync(IReadOnlyList<WantedTopic> topics, CancellationToken cancellationToken);

    /// <summary>Settings of these topics, which exist.</summary>
    Task<IReadOnlyDictionary<string, FoundSettings>> SettingsAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken);

    /// <summary>Gives topics other settings; settings that are not named stay.</summary>
    Task ChangeAsync(IReadOnlyList<SettingsChange> changes, CancellationToken cancellationToken);
}

/// <param name="Values">By Kafka's names; empty when they are not told.</param>
/// <param name="Refusal">Why the cluster does not tell them; null when it does.</param>
public sealed record FoundSettings(IReadOnlyDictionary<string, string> Values, string? Refusal = null);

/// <param name="Settings">New values by Kafka's names.</param>
public sealed record SettingsChange(string Topic, IReadOnlyDictionary<string, string> Settings);
