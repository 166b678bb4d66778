using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace EntitySync.Local.Template;

/// <param name="Retention">How long records are kept, <see cref="Timeout.InfiniteTimeSpan"/> for ever; null for a compacted topic.</param>
public sealed record TopicSettings(string Name, int Partitions, bool Compacted, TimeSpan? Retention);

/// <summary>Reads <c>infra/topics.yaml</c>.</summary>
public static class TopicsFile
{
    /// <exception cref="InvalidDataException">An entry lacks a value or has a wrong one; the message names the topic.</exception>
    public static ImmutableArray<TopicSettings> Load(string path)
    {
        using var reader = new StreamReader(path);
        var stream = new YamlStream();
        stream.Load(reader);
        return stream.Documents is [{ RootNode: YamlMappingNode root }] && root.Children.TryGetValue("topics", out var topics) && topics is YamlMappingNode map
            ? [.. map.Select(entry => Topic(((YamlScalarNode)entry.Key).Value!, entry.Value as YamlMappingNode))]
            : throw new InvalidDataException($"{path} has no topics.");
    }

    private static TopicSettings Topic(string name, YamlMappingNode? entry)
    {
        var cleanup = Value("cleanup");
        var retention = Value("retentionHours");
        if (cleanup is not ("compact" or "delete")) throw new InvalidDataException($"Topic {name}: cleanup is '{cleanup}', allowed are compact and delete.");
        if (cleanup == "delete" == retention is null) throw new InvalidDataException($"Topic {name}: retentionHours belongs to cleanup: delete, and only there.");
        return new TopicSettings(name, Number("partitions", Value("partitions")), cleanup == "compact", Retention(retention));

        string? Value(string field) => entry is not null && entry.Children.TryGetValue(field, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;

        TimeSpan? Retention(string? text) => text switch
        {
            null => null,
            "unlimited" => Timeout.InfiniteTimeSpan,
            _ => TimeSpan.FromHours(Number("retentionHours", text)),
        };

        int Number(string field, string? text) => int.TryParse(text, out var number) && number > 0
            ? number
            : throw new InvalidDataException($"Topic {name}: {field} is '{text}', a whole number above 0 is expected.");
    }
}
