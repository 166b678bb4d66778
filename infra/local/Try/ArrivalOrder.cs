using System.Runtime.InteropServices;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Local.Examples;
using EntitySync.Local.Samples;

namespace EntitySync.Local.Try;

/// <summary>In which order the records of an example arrive.</summary>
internal static class ArrivalOrder
{
    /// <summary>Topic by topic, line by line: those of relations first, of nested ones before the relation around them, so that every row finds what it refers to.</summary>
    public static IEnumerable<(SampleTopic Topic, SampleRecord Record)> OfFiles(EntityDefinition definition, ExampleData data)
    {
        var places = Inward(definition.Relations).ToList();
        return data.Related.OrderBy(topic => places.IndexOf(topic.Source.Topic)).Append(data.Root).SelectMany(topic => topic.Records.Select(record => (topic.Source, record)));
    }

    /// <summary>
    /// Any order in which the records of one key stay in theirs, each as likely as another; the same for the same seed. A topic with records without key keeps its
    /// order as a whole: nobody knows which rows such a record is about.
    /// </summary>
    public static IEnumerable<(SampleTopic Topic, SampleRecord Record)> Of(ExampleData data, int seed)
    {
        var lines = data.Related.Append(data.Root).SelectMany(LinesOf).ToList();
        var turns = new List<int>();
        for (var line = 0; line < lines.Count; line++) turns.AddRange(Enumerable.Repeat(line, lines[line].Records.Count));
        new Random(seed).Shuffle(CollectionsMarshal.AsSpan(turns));
        var next = new int[lines.Count];
        return turns.Select(line => (lines[line].Topic, lines[line].Records[next[line]++]));
    }

    private static IEnumerable<string> Inward(IEnumerable<RelationDefinition> relations) => relations.SelectMany(relation => Inward(relation.Relations).Append(relation.From));

    private static IEnumerable<(SampleTopic Topic, IReadOnlyList<SampleRecord> Records)> LinesOf(ExampleTopic topic)
    {
        if (topic.Records.Any(record => record.Key is null)) return [(topic.Source, topic.Records)];
        return topic.Records.GroupBy(record => record.Key!.Value.ToArray(), ByteKeyComparer.Instance).Select(key => (topic.Source, (IReadOnlyList<SampleRecord>)[.. key]));
    }
}
