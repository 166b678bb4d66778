using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Rules between the definitions of one deployment. Files with problems of their own do not take part.</summary>
internal static class CatalogRules
{
    public static IEnumerable<DefinitionProblem> Check(IEnumerable<LoadedFile> files)
    {
        var names = new Dictionary<string, LoadedFile>(StringComparer.Ordinal);
        var topics = new Dictionary<string, LoadedFile>(StringComparer.Ordinal);
        var sound = new List<LoadedFile>();
        foreach (var file in files.Where(file => file.IsSound))
        {
            if (!names.TryAdd(file.Name, file))
            {
                var first = names[file.Name];
                var message = first.Kind == file.Kind ? $"{file.Kind.WordWithArticle()} is defined twice" : $"{first.Kind.WordWithArticle()} and {file.Kind.WordWithArticle()} have one name";
                yield return Problem(file, file.NamePlace, message, $"'{file.Name}', also in {first.SourceFile}", "a name of its own");
                continue;
            }

            sound.Add(file);
            foreach (var topic in file.Written.Where(topic => !topics.TryAdd(topic, file)))
            {
                var other = topics[topic];
                yield return Problem(file, file.PlaceOfWritten(topic), "two definitions write one topic", $"'{topic}', also written by {other.Kind.Word()} '{other.Name}' in {other.SourceFile}", "a topic of its own");
            }
        }

        foreach (var problem in CycleRules.Check(sound)) yield return problem;
    }

    private static DefinitionProblem Problem(LoadedFile file, YamlPlace place, string message, string found, string allowed) =>
        new(file.SourceFile, place.Mark.Line, place.Mark.Column, place.Path, message, found, allowed);
}
