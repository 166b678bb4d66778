using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Rules between the definitions of one deployment. Files with problems of their own do not take part.</summary>
internal static class CatalogRules
{
    public static IEnumerable<DefinitionProblem> Check(IEnumerable<LoadedFile> files)
    {
        var entities = new Dictionary<string, string>(StringComparer.Ordinal);
        var topics = new Dictionary<string, EntityDefinition>(StringComparer.Ordinal);
        var sound = new List<LoadedFile>();
        foreach (var file in files.Where(file => file.Definition is not null))
        {
            var definition = file.Definition!;
            if (!entities.TryAdd(definition.Entity, definition.SourceFile))
            {
                yield return Problem(file, file.Place["entity"], "an entity is defined twice", $"'{definition.Entity}', also in {entities[definition.Entity]}", "a name of its own");
                continue;
            }

            sound.Add(file);
            foreach (var topic in InternalTopics.Written(definition).Where(topic => !topics.TryAdd(topic, definition)))
            {
                var place = topic == definition.Output.Topic ? file.Place["output"]["topic"] : file.Place["entity"];
                yield return Problem(file, place, "two entities write one topic", $"'{topic}', also written by entity '{topics[topic].Entity}' in {topics[topic].SourceFile}", "a topic of its own");
            }
        }

        foreach (var problem in CycleRules.Check(sound)) yield return problem;
    }

    private static DefinitionProblem Problem(LoadedFile file, YamlPlace place, string message, string found, string allowed) =>
        new(file.Definition!.SourceFile, place.Mark.Line, place.Mark.Column, place.Path, message, found, allowed);
}
