using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>The examples of the definitions' README load: whole definitions, parts of one, and relations.</summary>
public sealed class ReadmeExampleTests
{
    private static readonly string[] Parts = ["entity:", "root:", "emit:", "hook:", "kind:"];

    public static TheoryData<string> Examples => [.. Blocks().Where(block => !block.StartsWith("item.yaml(", StringComparison.Ordinal) && !block.StartsWith("public ", StringComparison.Ordinal) && !block.StartsWith("dotnet ", StringComparison.Ordinal))];

    [Fact]
    public void TheReadme_HasExamplesOfEachKind() => Examples.Select(example => Kind(example.Data)).Distinct().Order().ShouldBe(["", "emit:", "entity:", "hook:", "kind:", "root:"]);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_Loads(string example)
    {
        var result = DefinitionLoader.LoadText(Whole(example), "example.yaml");

        result.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        var kinds = new[] { ("", result.Definitions.Length), ("reconciliation", result.Reconciliations.Length), ("read-model", result.ReadModels.Length), ("feed", result.Feeds.Length) };
        kinds.Where(kind => kind.Item2 > 0).ShouldBe([(Kind(example) == "kind:" ? example.Split('\n')[0]["kind: ".Length..] : "", 1)]);
    }

    private static string Kind(string example) => Parts.FirstOrDefault(part => example.StartsWith(part, StringComparison.Ordinal)) ?? "";

    private static string Whole(string example)
    {
        var relation = "relations: { manufactured: { from: rows, key: id, match: rowId, embed: row } }\n";
        return Kind(example) switch
        {
            "entity:" or "kind:" => example,
            "root:" => $"entity: e\noutput: {{ topic: e-out }}\n{relation}{example}",
            "" => $"entity: e\noutput: {{ topic: e-out }}\nroot: {{ topic: roots, key: key }}\nrelations:\n  {example.Replace("\n", "\n  ", StringComparison.Ordinal)}\n",
            _ => $"entity: e\noutput: {{ topic: e-out }}\nroot: {{ topic: roots, key: key }}\n{relation}{example}",
        };
    }

    /// <summary>Indented code: runs of lines that stand four columns to the right, or six in a list, after an empty line.</summary>
    private static IEnumerable<string> Blocks()
    {
        var block = new List<string>();
        var lines = File.ReadAllLines(Path.Combine(Repository.Entities, "README.md"));
        for (var i = 1; i <= lines.Length; i++)
        {
            var isCode = i < lines.Length && lines[i].StartsWith("    ", StringComparison.Ordinal) && (block.Count > 0 || lines[i - 1].Length == 0);
            if (isCode) block.Add(lines[i]);
            if (isCode || block.Count == 0) continue;
            var indent = block[0].Length - block[0].TrimStart().Length;
            yield return string.Join('\n', block.Select(line => line[indent..]));
            block.Clear();
        }
    }
}
