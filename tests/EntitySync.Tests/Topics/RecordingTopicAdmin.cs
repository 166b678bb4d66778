using EntitySync.Core.Topics;

namespace EntitySync.Tests.Topics;

/// <summary>A cluster that keeps every call; new topics are shown by the second question after they were made.</summary>
internal sealed class RecordingTopicAdmin : ITopicAdmin
{
    private readonly List<string> _calls = [];
    private readonly Dictionary<string, int> _hidden = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Calls => _calls;

    /// <summary>Partitions of the topics that are shown.</summary>
    public Dictionary<string, int> Topics { get; } = new(StringComparer.Ordinal);

    /// <summary>Their settings; those of a topic that is not named here are not told.</summary>
    public Dictionary<string, Dictionary<string, string>> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Topics that somebody else makes between question and creation, with their partitions.</summary>
    public Dictionary<string, int> Overtaking { get; } = new(StringComparer.Ordinal);

    public bool NeverShows { get; init; }

    public Task<IReadOnlyDictionary<string, int>> PartitionsAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _calls.Add("partitions");
        var shown = new Dictionary<string, int>(Topics);
        if (!NeverShows)
        {
            foreach (var (topic, partitions) in _hidden) Topics[topic] = partitions;
        }

        return Task.FromResult<IReadOnlyDictionary<string, int>>(shown);
    }

    public Task<IReadOnlySet<string>> CreateAsync(IReadOnlyList<WantedTopic> topics, CancellationToken cancellationToken)
    {
        _calls.Add($"create {string.Join(", ", topics.Select(topic => $"{topic.Name}:{topic.Partitions} {Text(topic.Settings)}"))}");
        foreach (var topic in topics) _hidden[topic.Name] = Overtaking.GetValueOrDefault(topic.Name, topic.Partitions);
        return Task.FromResult<IReadOnlySet<string>>(topics.Select(topic => topic.Name).Where(Overtaking.ContainsKey).ToHashSet());
    }

    public Task<IReadOnlyDictionary<string, FoundSettings>> SettingsAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        _calls.Add($"settings {string.Join(", ", topics)}");
        return Task.FromResult<IReadOnlyDictionary<string, FoundSettings>>(topics.ToDictionary(
            topic => topic,
            topic => Settings.TryGetValue(topic, out var values) ? new FoundSettings(values) : new FoundSettings(new Dictionary<string, string>(), "TopicAuthorizationFailed: no")));
    }

    public Task ChangeAsync(IReadOnlyList<SettingsChange> changes, CancellationToken cancellationToken)
    {
        _calls.Add($"change {string.Join(", ", changes.Select(change => $"{change.Topic} {Text(change.Settings)}"))}");
        return Task.CompletedTask;
    }

    private static string Text(IReadOnlyDictionary<string, string> settings) => string.Join(' ', settings.Select(setting => $"{setting.Key}={setting.Value}"));
}
