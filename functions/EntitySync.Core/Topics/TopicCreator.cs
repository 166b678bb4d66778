using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Topics;

/// <summary>
/// Makes the cluster have the topics that are wanted: creates what is missing, changes settings of topics that are ours, tells of others that differ. Partitions are never changed and topics
/// never deleted. Every step may be repeated, so a run that failed is simply run again, also beside another one.
/// </summary>
public sealed class TopicCreator(ITopicAdmin admin, TimeProvider clock, ILogger<TopicCreator> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How long brokers may take to show a topic that was created.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="InvalidRequestException">Topics have another number of partitions, or the cluster refuses something.</exception>
    /// <exception cref="TransientException">Brokers cannot be reached, or do not show in time what was created.</exception>
    public async Task<TopicsResult> RunAsync(IReadOnlyList<WantedTopic> wanted, CancellationToken cancellationToken)
    {
        var present = await admin.PartitionsAsync(cancellationToken);
        RefuseOtherPartitions(wanted, present);
        var missing = wanted.Where(topic => !present.ContainsKey(topic.Name)).ToList();
        var existing = wanted.Where(topic => present.ContainsKey(topic.Name)).ToList();
        if (missing.Count > 0)
        {
            // Another creator may have been there first, with other partitions or settings.
            var overtaken = await admin.CreateAsync(missing, cancellationToken);
            existing.AddRange(missing.Where(topic => overtaken.Contains(topic.Name)));
            RefuseOtherPartitions(missing, await UntilShownAsync(missing, cancellationToken));
        }

        var (changed, different) = existing.Count == 0 ? (0, 0) : await SettleAsync(existing, cancellationToken);
        return new TopicsResult(wanted.Count - existing.Count, changed, different, existing.Count - changed - different);
    }

    private static void RefuseOtherPartitions(IEnumerable<WantedTopic> wanted, IReadOnlyDictionary<string, int> present)
    {
        var wrong = wanted.Where(topic => present.TryGetValue(topic.Name, out var found) && found != topic.Partitions)
            .Select(topic => $"{topic.Name} has {present[topic.Name]} and {topic.Partitions} are wanted").ToList();
        if (wrong.Count == 0) return;
        throw new InvalidRequestException(
            "Topics exist with another number of partitions, which is never changed, since keys would move: set `partitions` in the definition to what the topic has, or delete the topic "
            + $"and let it be made anew. {string.Join("; ", wrong)}.");
    }

    private async Task<IReadOnlyDictionary<string, int>> UntilShownAsync(List<WantedTopic> created, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var present = await admin.PartitionsAsync(cancellationToken);
            var hidden = created.Where(topic => !present.ContainsKey(topic.Name)).Select(topic => topic.Name).ToList();
            if (hidden.Count == 0) return present;
            if (clock.GetElapsedTime(began) >= Patience)
                throw new TransientException($"Topics were created, and after {Patience.TotalSeconds:0} s brokers do not show them; may they be described? {string.Join(", ", hidden)}");
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <returns>How many of ours were changed, and how many of others differ.</returns>
    private async Task<(int Changed, int Different)> SettleAsync(List<WantedTopic> existing, CancellationToken cancellationToken)
    {
        var found = await admin.SettingsAsync([.. existing.Select(topic => topic.Name)], cancellationToken);
        var unknown = existing.Where(topic => topic.IsOurs && found[topic.Name].Refusal is not null).Select(topic => $"{topic.Name} ({found[topic.Name].Refusal})").ToList();
        if (unknown.Count > 0) throw new InvalidRequestException($"The cluster does not tell the settings of topics that are ours: {string.Join("; ", unknown)}.");
        var changes = new List<SettingsChange>();
        var different = 0;
        foreach (var topic in existing)
        {
            var differences = topic.Settings.Where(setting => found[topic.Name].Values.GetValueOrDefault(setting.Key) != setting.Value).ToDictionary(StringComparer.Ordinal);
            if (differences.Count == 0) continue;
            Tell(topic, found[topic.Name], differences);
            if (topic.IsOurs) changes.Add(new SettingsChange(topic.Name, differences));
            else different++;
        }

        if (changes.Count > 0) await admin.ChangeAsync(changes, cancellationToken);
        return (changes.Count, different);
    }

    private void Tell(WantedTopic topic, FoundSettings found, Dictionary<string, string> differences)
    {
        if (found.Refusal is { } refusal)
        {
            logger.LogWarning("Topic {Topic} belongs to others, and the cluster does not tell its settings: {Refusal}", topic.Name, refusal);
            return;
        }

        foreach (var (setting, value) in differences)
        {
            var present = found.Values.GetValueOrDefault(setting, "(none)");
            if (topic.IsOurs) logger.LogInformation("Topic {Topic}: {Setting} changes from {Found} to {Wanted}", topic.Name, setting, present, value);
            else logger.LogWarning("Topic {Topic} belongs to others and stays as it is: {Setting} is {Found}, the definitions want {Wanted}", topic.Name, setting, present, value);
        }
    }
}

/// <summary>What became of the topics that were wanted; each is counted once.</summary>
/// <param name="Created">Made by this run.</param>
/// <param name="Changed">Ours, there before, given other settings.</param>
/// <param name="Different">Of others, there before, with settings that are not those wanted or are not told.</param>
/// <param name="Unchanged">There before, as they must be.</param>
public sealed record TopicsResult(int Created, int Changed, int Different, int Unchanged);
