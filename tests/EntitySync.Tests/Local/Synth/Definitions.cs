using EntitySync.Local.Synth;

namespace EntitySync.Tests.Local.Synth;

/// <summary>Definitions of a test in a folder of their own.</summary>
internal sealed class Definitions : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-synth-");

    /// <summary>Adds a file; <paramref name="yaml"/> with <c>%</c> in place of its name is one of many.</summary>
    public Definitions Add(string name, string yaml)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, name + ".yaml"), yaml.Replace("%", name, StringComparison.Ordinal));
        return this;
    }

    public string Folder => _folder.FullName;

    public DefinitionSet Load() => DefinitionSet.Load(_folder.FullName);

    /// <summary>Each topic as a line.</summary>
    public IEnumerable<string> Topics() => TopicPlan.Of(Load()).Select(Describe);

    public static string Describe(PlannedTopic topic) =>
        $"{topic.Name} {topic.Partitions} {(topic.Retention is not { } kept ? "compact" : kept == Timeout.InfiniteTimeSpan ? "for ever" : $"{kept.TotalDays:0} d")} {(topic.IsOurs ? "ours" : "others")}";

    public void Dispose() => _folder.Delete(recursive: true);
}
