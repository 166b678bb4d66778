using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Tests.Definitions;

namespace EntitySync.Tests.Systems;

/// <summary>The definitions under infra/entities as their files have them, and what a driver that runs one has emitted.</summary>
internal static class SystemDefinitions
{
    /// <summary>Each strategy that joins in the container.</summary>
    public static TheoryData<Strategy> Joined => [Strategy.Broadcast, Strategy.Shuffle];

    /// <param name="entity">Name of the entity and its file.</param>
    /// <param name="strategy">Of all relations; null for the file's own.</param>
    public static EntityDefinition Load(string entity, Strategy? strategy = null)
    {
        var file = Path.Combine(Repository.Entities, entity + ".yaml");
        var result = DefinitionLoader.LoadText(File.ReadAllText(file), file, strategy);
        return result.IsValid ? result.Definitions[0] : throw new InvalidDefinitionException(result.Problems);
    }

    /// <summary>All emissions in order, as <c>key value</c>; "gone" stands for a tombstone, "-" for no key.</summary>
    public static List<string> Emitted(this TopologyDriver driver) => [.. Emissions(driver).Select(record => $"{Text(record.Key, "-")} {Text(record.Value, "gone")}")];

    /// <summary>The last emission of each key that is not gone.</summary>
    public static SortedDictionary<string, string> Last(this TopologyDriver driver)
    {
        var last = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in Emissions(driver))
        {
            if (record.Value is null) last.Remove(Text(record.Key, "-"));
            else last[Text(record.Key, "-")] = Text(record.Value, "gone");
        }

        return last;
    }

    /// <summary>Dead letters in order, as <c>reason: value</c>.</summary>
    public static List<string> DeadLetters(this TopologyDriver driver) =>
    [
        .. driver.Outputs.Where(record => record.Topic == driver.Topology.DeadLetterTopic)
            .Select(record => $"{Text(record.Headers.Single(header => header.Name == HeaderNames.DeadLetterReason).Value, "")}: {Text(record.Value, "gone")}"),
    ];

    private static IEnumerable<OutgoingRecord> Emissions(TopologyDriver driver) => driver.Outputs.Where(record => record.Topic == driver.Topology.EmissionTopic);

    private static string Text(ReadOnlyMemory<byte>? bytes, string absent) => bytes is { } text ? Encoding.UTF8.GetString(text.Span) : absent;
}
