using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Reads how the topics of a definition are made, and refuses settings of topics that it has nothing to do with.</summary>
internal static class ProvisionReader
{
    public static TopicProvision Read(YamlPlace file)
    {
        var settings = file["topicSettings"];
        return new TopicProvision(
            file["partitions"].Integer,
            settings.Entries.ToImmutableSortedDictionary(entry => entry.Key.Text, entry => ReadTopic(settings[entry.Key.Text]), StringComparer.Ordinal));
    }

    /// <param name="file">The file's root.</param>
    /// <param name="topics">All topics that the definition names or needs.</param>
    /// <param name="problems">Where mistakes go.</param>
    public static void Check(YamlPlace file, IEnumerable<string> topics, ProblemList problems)
    {
        var settings = file["topicSettings"];
        if (settings.Entries.IsEmpty) return;
        var known = topics.Where(topic => topic.Length > 0).ToHashSet(StringComparer.Ordinal);
        foreach (var key in settings.Entries.Select(entry => entry.Key).Where(key => !known.Contains(key.Text)))
            problems.AddUnknownName(key, settings[key.Text].Path, "not a topic of this definition", known);
    }

    private static TopicOverride ReadTopic(YamlPlace topic) =>
        new(topic["partitions"].Integer, topic["retention"].Text is { } text ? IsoDuration.TryParse(text) : null);
}
