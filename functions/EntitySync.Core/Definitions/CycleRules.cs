using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Definitions must not feed each other in a circle: an emission of one would bring an emission of the next and come back as its own input, without end.
/// One problem a circle, at the place where its first entity reads.
/// </summary>
internal static class CycleRules
{
    public static IEnumerable<DefinitionProblem> Check(IReadOnlyList<LoadedFile> files)
    {
        var writers = new Dictionary<string, LoadedFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var topic in file.Written) writers.TryAdd(topic, file);
        }

        var reported = new HashSet<LoadedFile>(ReferenceEqualityComparer.Instance);
        foreach (var file in files.Where(file => !reported.Contains(file)))
        {
            if (ShortestCycle(file, writers) is not { } steps) continue;
            foreach (var step in steps) reported.Add(step.Reader);
            var found = string.Join(", ", steps.Select(step => $"'{step.Reader.Name}' reads {YamlScalar.Quote(step.Topic)} of '{step.Writer.Name}'"));
            var (mark, path) = (steps[0].Place.Mark, steps[0].Place.Path);
            yield return new DefinitionProblem(file.SourceFile, mark.Line, mark.Column, path, "definitions feed each other in a circle", found, "a topic that no emission of the entity leads to");
        }
    }

    /// <summary>Breadth first, from what the entity reads to what its writer reads, until the entity comes up again.</summary>
    private static List<Step>? ShortestCycle(LoadedFile start, Dictionary<string, LoadedFile> writers)
    {
        var reached = new Dictionary<LoadedFile, Step>(ReferenceEqualityComparer.Instance);
        var open = new Queue<LoadedFile>([start]);
        while (open.TryDequeue(out var reader))
        {
            foreach (var (topic, place) in reader.Inputs)
            {
                // Its own topics are refused where the definition is checked by itself.
                if (!writers.TryGetValue(topic, out var writer) || writer == reader || !reached.TryAdd(writer, new Step(reader, topic, writer, place))) continue;
                if (writer == start) return Back(reached, start);
                open.Enqueue(writer);
            }
        }

        return null;
    }

    private static List<Step> Back(Dictionary<LoadedFile, Step> reached, LoadedFile start)
    {
        var steps = new List<Step>();
        var file = start;
        do
        {
            steps.Insert(0, reached[file]);
            file = steps[0].Reader;
        }
        while (file != start);
        return steps;
    }

    private sealed record Step(LoadedFile Reader, string Topic, LoadedFile Writer, YamlPlace Place);
}
