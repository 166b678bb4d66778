using System.Text.RegularExpressions;
using EntitySync.Core.Definitions;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

public sealed partial class DefinitionReferenceTests
{
    private static readonly string File = Path.Combine(Repository.Entities, "REFERENCE.md");

    private const string Reconciliation = "Reconciliation: ";

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
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_AreThePropertiesOfTheSchema(bool isReconciliation) =>
        Rows.Where(row => row.Data.Item1.StartsWith(Reconciliation, StringComparison.Ordinal) == isReconciliation).Select(row => row.Data.Item2).Distinct().Order().ShouldBe(
            DefinitionSchemaTests.Properties(isReconciliation ? ReconciliationSchemaTests.Schema : DefinitionSchemaTests.Schema, "").Select(property => property.Path.Split('/')[^1]).Distinct().Order());

    [Theory]
    [MemberData(nameof(Rows))]
    public void Example_IsAllowedWhereItStands(string section, string key, string example)
    {
        var isReconciliation = section.StartsWith(Reconciliation, StringComparison.Ordinal);
        var place = section.Replace(Reconciliation, "", StringComparison.Ordinal);
        var names = (place.Equals("top level", StringComparison.OrdinalIgnoreCase) ? [] : place.Split('.')).Append(key).Select(Concrete).ToList();
        var path = string.Join('.', names);
        var yaml = (isReconciliation && path != "kind" ? "kind: reconciliation\n" : "") + string.Concat(names.Select((name, index) => $"{new string(' ', index)}{name}:{(index == names.Count - 1 ? " " + example : "")}\n"));

        string[] ofTheGrammar = ["", "unknown key", "required key is missing", "JSON has no such value", "not YAML"];
        DefinitionLoader.LoadText(yaml, "x.yaml").Problems
            .Where(problem => ofTheGrammar.Contains(problem.Message) && (problem.Path.Length == 0 || problem.Path == path || problem.Path.StartsWith(path + ".", StringComparison.Ordinal) || problem.Path.StartsWith(path + "[", StringComparison.Ordinal)))
            .Select(problem => problem.ToString()).ShouldBeEmpty(yaml);
        var schema = isReconciliation ? ReconciliationSchemaTests.Schema : DefinitionSchemaTests.Schema;
        SchemaCheck.Errors(schema, schema, SchemaCheck.ReadYaml(yaml), "")
            .Where(error => error.StartsWith("/" + path.Replace('.', '/'), StringComparison.Ordinal)).ShouldBeEmpty(yaml);
    }

    [Fact]
    public void WrongExample_WouldBeSeen() =>
        Should.Throw<ShouldAssertException>(() => Example_IsAllowedWhereItStands("relations.NAME.pick", "min", "[a]"));

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

    private static string Concrete(string name) => name switch { "NAME" or "RELATION" => "deliveryClass", "FIELD" => "field", _ => name };

    [GeneratedRegex(@"^\| (\*\*)?`(?<key>\w+)`(\*\*)? \|.*\| `\k<key>: (?<example>.*)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(#([^)]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\(([^)#:]+)(#[^)]*)?\)")]
    private static partial Regex LocalFile();
}
