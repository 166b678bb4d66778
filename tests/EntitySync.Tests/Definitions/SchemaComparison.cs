using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>The schema of one kind of files, compared with what the loader takes and refuses.</summary>
/// <param name="kind">The kind, as files name it.</param>
/// <param name="file">The schema's file beside the definitions.</param>
/// <param name="text">What the grammar says that the schema is.</param>
internal sealed class SchemaComparison(string kind, string file, string text)
{
    public JsonObject Schema { get; } = JsonNode.Parse(text)!.AsObject();

    public void CompareFile()
    {
        var path = Path.Combine(Repository.Entities, file);
        if (Environment.GetEnvironmentVariable("ENTITYSYNC_WRITE_SCHEMA") == "1") File.WriteAllText(path, text);

        File.ReadAllText(path).ShouldBe(text, "the grammar changed: run this test once with ENTITYSYNC_WRITE_SCHEMA=1");
    }

    /// <param name="definition">Flow YAML with <c>X</c> where the object stands.</param>
    /// <param name="at">The object in the schema.</param>
    /// <param name="path">The object as messages show it.</param>
    public void CompareKeys(string definition, string at, string path)
    {
        var schema = DefinitionSchemaTests.At(Schema, at);
        var problems = Problems(definition.Replace("X", "{ zzzzzz: 1 }", StringComparison.Ordinal));

        problems.Single(problem => problem.Path == DefinitionSchemaTests.Join(path, path.Length == 0 ? "zzz" : "zzzzzz")).Allowed.ShouldBe(string.Join(", ", schema["properties"]!.AsObject().Select(property => property.Key)));
        problems.Where(problem => problem.Message == "required key is missing" && DefinitionSchemaTests.Parent(problem.Path) == path).Select(problem => problem.Path).Append("kind").Distinct().Order()
            .ShouldBe((schema["required"]?.AsArray() ?? []).Select(name => DefinitionSchemaTests.Join(path, (string)name!)).Append("kind").Distinct().Order());
        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
    }

    public void CompareProperties(string definition, string at, string path)
    {
        var properties = DefinitionSchemaTests.At(Schema, at)["properties"]!.AsObject().Select(property => property.Key).Where(name => name != "kind");
        var keys = string.Join(", ", properties.Select(name => name + ": 0"));

        Problems(path.Length == 0 ? $"kind: {kind}, {keys}" : definition.Replace("X", $"{{ {keys} }}", StringComparison.Ordinal))
            .Where(problem => problem.Message == "unknown key" && DefinitionSchemaTests.Parent(problem.Path) == path).ShouldBeEmpty();
    }

    public void CompareWords(string definition, string at, string path) =>
        Problems(definition).Single(problem => problem.Path == path).Allowed.Split(" or ")[0]
            .ShouldBe(string.Join(", ", DefinitionSchemaTests.At(Schema, at)["enum"]!.AsArray().Select(word => (string)word!)));

    public void CheckThatAllAreIn(IEnumerable<object> objects, IEnumerable<object> words)
    {
        var found = new List<string>();
        DefinitionSchemaTests.Walk(Schema, "", found);

        found.Order().ShouldBe(objects.Concat(words).Select(row => ((TheoryDataRow<string, string, string>)row).Data.Item2).Distinct().Order());
    }

    public void CheckDescriptions()
    {
        foreach (var (path, property) in DefinitionSchemaTests.Properties(Schema, ""))
        {
            ((string?)property["description"]).ShouldNotBeNullOrWhiteSpace(path);
            foreach (var example in property["examples"]!.AsArray()) SchemaCheck.Errors(Schema, property, example, path).ShouldBeEmpty();
            if (property.ContainsKey("default")) SchemaCheck.Errors(Schema, property, property["default"], path).ShouldBeEmpty();
        }
    }

    public void CheckThatSamplesHaveEveryKey(TheoryData<string> samples)
    {
        var keys = samples.SelectMany(yaml => yaml.Data.Split('\n')).Select(line => line.TrimStart(' ', '-').Split(':')[0]).ToHashSet();

        DefinitionSchemaTests.Properties(Schema, "").Select(property => property.Path.Split('/')[^1]).Where(key => !keys.Contains(key)).ShouldBeEmpty();
    }

    public IReadOnlyList<string> Errors(string yaml) => [.. SchemaCheck.Errors(Schema, Schema, SchemaCheck.ReadYaml(yaml), "")];

    // As one line of flow YAML; the kind comes with the first key, so that a part of a file is taken for what it is.
    private ImmutableArray<DefinitionProblem> Problems(string content) =>
        DefinitionLoader.LoadText("{ " + (content.StartsWith("kind:", StringComparison.Ordinal) ? "" : $"kind: {kind}, ") + content + " }", "x.yaml").Problems;
}
