using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Samples;

namespace EntitySync.Local.Examples;

/// <summary>Records of a topic, in the order of their file.</summary>
internal sealed record ExampleTopic(SampleTopic Source, IReadOnlyList<SampleRecord> Records)
{
    public long Bytes => Records.Sum(record => (long)(record.Value?.Length ?? 0));
}

/// <summary>What an entity's example is fed with, and what is to come out.</summary>
/// <param name="Related">Related topics in the order of the definition.</param>
/// <param name="DeadLetters">Values that are to be dead-lettered.</param>
internal sealed record ExampleData(IReadOnlyList<ExampleTopic> Related, ExampleTopic Root, IReadOnlyList<SampleRecord> Expected, IReadOnlyList<SampleRecord> DeadLetters)
{
    private const int MostRecords = 1_000_000;
    private const long MostBytes = 256L * 1024 * 1024;

    /// <summary>Bytes of the largest topic.</summary>
    public long LargestTopic => Related.Append(Root).Max(topic => topic.Bytes);

    public int Records => Related.Append(Root).Sum(topic => topic.Records.Count);

    /// <exception cref="InvalidDataException">A file is missing or a line cannot be used; the message names file and line.</exception>
    /// <exception cref="DemoException">More than the example may hold.</exception>
    public static ExampleData Load(EntityDefinition definition, string folder) => Load(definition, folder, isExpectedNeeded: true);

    /// <summary>As <see cref="Load(EntityDefinition, string)"/>, but nothing need be expected, and files that belong to no topic are passed over.</summary>
    /// <exception cref="InvalidDataException">A file is missing or a line cannot be used; the message names file and line.</exception>
    /// <exception cref="DemoException">More than may be held.</exception>
    public static ExampleData LoadForTry(EntityDefinition definition, string folder) => Load(definition, folder, isExpectedNeeded: false);

    private static ExampleData Load(EntityDefinition definition, string folder, bool isExpectedNeeded)
    {
        var (records, bytes) = (0, 0L);
        var topics = SampleFolder.Topics(definition, folder, mayBeStrange: !isExpectedNeeded).Select(topic => new ExampleTopic(topic, Bounded(topic.Read(definition)))).ToList();
        var hasExpected = isExpectedNeeded || File.Exists(Path.Combine(folder, SampleFolder.Expected));
        return new ExampleData(topics[..^1], topics[^1], Bounded(hasExpected ? SampleFolder.ReadExpected(definition, folder) : []), Bounded(SampleFolder.ReadDeadLetters(folder)));

        List<SampleRecord> Bounded(IEnumerable<SampleRecord> all)
        {
            var list = new List<SampleRecord>();
            foreach (var record in all)
            {
                bytes += record.Value?.Length ?? 0;
                if (++records > MostRecords || bytes > MostBytes) throw new DemoException($"{folder} holds more than {MostRecords:N0} records or {MostBytes:N0} bytes: too much for an example.");
                list.Add(record);
            }

            return list;
        }
    }
}
