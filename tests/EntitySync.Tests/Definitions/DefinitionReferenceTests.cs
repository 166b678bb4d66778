using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Core.Definitions;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

public sealed partial class DefinitionReferenceTests
{
    private static readonly string File = Path.Combine(Repository.Entities, "REFERENCE.md");

    /// <summary>What the titles of a kind's sections begin with, the kind, its schema.</summary>
    private static readonly (string Prefix, string Kind, JsonObject Schema)[] Kinds =
    [
        ("Reconciliation: ", "reconciliation", ReconciliationSchemaTests.Schema),
        ("Read model: ", "read-model", ReadModelSchemaTests.Schema),
        ("Feed: ", "feed", FeedSchemaTests.Schema),
        ("", "entity", DefinitionSchemaTests.Schema),
    ];

    /// <summary>Each row of each table: the title of the section, the key, its example as it is printed.</summary>
    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var section in DefinitionReference.Text().Split("\n## ").Skip(1))
            {
                foreach (Match row in Row().Matches(section)) rows.Add(section[..section.IndexOf('\n')], row.Groups["key"].Value, row.Groups["example"].Value);
            }

            return rows;
        }
    }

    /// <summary>With ENTITYSYNC_WRITE_SCHEMA=1 in the environment the test writes the file instead of comparing it.</summary>
    [Fact]
    public void ReferenceFile_IsWhatTheGrammarSays()
    {
        if (Environment.GetEnvironmentVariable("ENTITYSYNC_WRITE_SCHEMA") == "1") System.IO.File.WriteAllText(File, DefinitionReference.Text());

        System.IO.File.ReadAllText(File).ShouldBe(DefinitionReference.Text(), "the grammar changed: run this test once with ENTITYSYNC_WRITE_SCHEMA=1");
    }

    /// <summary>What the editor may complete is on the page, and the other way round.</summary>
    [Fact]
    public void Rows_AreThePropertiesOfTheSchemas()
    {
        foreach (var kind in Kinds)
        {
            Rows.Where(row => KindOf(row.Data.Item1) == kind).Select(row => row.Data.Item2).Distinct().Order().ShouldBe(
                DefinitionSchemaTests.Properties(kind.Schema, "").Select(property => property.Path.Split('/')[^1]).Distinct().Order(), kind.Kind);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Example_IsAllowedWhereItStands(string section, string key, string example)
    {
        var (prefix, kind, schema) = KindOf(section);
        var place = section[prefix.Length..];
        var names = (place.Equals("top level", StringComparison.OrdinalIgnoreCase) ? [] : place.Split('.')).Append(key).Select(Concrete).ToList();
        var isList = names.Select((name, index) => index > 0 && names[index - 1] == "events").ToList();
        var path = string.Concat(names.Select((name, index) => isList[index] ? $"[0].{name}" : index == 0 ? name : $".{name}"));
        var yaml = (kind != "entity" && path != "kind" ? $"kind: {kind}\n" : "")
            + string.Concat(names.Select((name, index) => $"{new string(' ', 4 * index)}{(isList[index] ? "- " : "")}{name}:{(index == names.Count - 1 ? " " + example : "")}\n"));

        string[] ofTheGrammar = ["", "unknown key", "required key is missing", "JSON has no such value", "not YAML"];
        DefinitionLoader.LoadText(yaml, "x.yaml").Problems
            .Where(problem => ofTheGrammar.Contains(problem.Message) && (problem.Path.Length == 0 || problem.Path == path || problem.Path.StartsWith(path + ".", StringComparison.Ordinal) || problem.Path.StartsWith(path + "[", StringComparison.Ordinal)))
            .Select(problem => problem.ToString()).ShouldBeEmpty(yaml);
        SchemaCheck.Errors(schema, schema, SchemaCheck.ReadYaml(yaml), "")
            .Where(error => error.StartsWith("/" + path.Replace('.', '/').Replace("[0]", "/0", StringComparison.Ordinal), StringComparison.Ordinal)).ShouldBeEmpty(yaml);
    }

    [Fact]
    public void WrongExample_WouldBeSeen() =>
        Should.Throw<ShouldAssertException>(() => Example_IsAllowedWhereItStands("relations.NAME.pick", "min", "[a]"));

    [Fact]
    public void WrongExampleInAList_WouldBeSeen() =>
        Should.Throw<ShouldAssertException>(() => Example_IsAllowedWhereItStands("Read model: topics.TOPIC.events.increment.FIELD", "default", "a"));

    [Fact]
    public void EveryLink_HasItsHeading()
    {
        var page = DefinitionReference.Text();
        var anchors = Heading().Matches(page).Select(heading => Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), "[^a-z0-9 -]", "").Replace(' ', '-')).ToList();

        anchors.ShouldBeUnique();
        Link().Matches(page).Select(link => link.Groups[1].Value).Distinct().Where(link => !anchors.Contains(link)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("REFERENCE.md")]
    public void TablesAndLinksOfThePages_AreWhole(string name)
    {
        var lines = System.IO.File.ReadAllLines(Path.Combine(Repository.Entities, name));
        var columns = 0;
        foreach (var line in lines)
        {
            var found = line.StartsWith('|') ? Regex.Count(line, @"(?<!\\)\|") : 0;
            if (found > 0 && columns > 0) found.ShouldBe(columns, line);
            columns = found;
        }

        foreach (Match link in LocalFile().Matches(string.Join('\n', lines)))
            Path.Exists(Path.Combine(Repository.Entities, link.Groups[1].Value)).ShouldBeTrue(link.Value);
    }

    private static (string Prefix, string Kind, JsonObject Schema) KindOf(string section) => Kinds.First(kind => section.StartsWith(kind.Prefix, StringComparison.Ordinal));

    private static string Concrete(string name) => name switch { "NAME" or "RELATION" or "TOPIC" or "INDEX" => "deliveryClass", "FIELD" => "field", _ => name };

    [GeneratedRegex(@"^\| (\*\*)?`(?<key>\w+)`(\*\*)? \|.*\| `\k<key>: (?<example>.*)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(#([^)]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\(([^)#:]+)(#[^)]*)?\)")]
    private static partial Regex LocalFile();
}
