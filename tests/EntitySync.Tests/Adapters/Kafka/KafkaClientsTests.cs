using System.Text.RegularExpressions;
using EntitySync.Local.Runner;

namespace EntitySync.Tests.Adapters.Kafka;

/// <summary>A client that is built without the connection would have no token, and would not hear of a rotated secret.</summary>
public sealed partial class KafkaClientsTests
{
    [Fact]
    public void EveryClientOfTheProduct_IsBuiltWithTheConnection()
    {
        var built = Sources().SelectMany(file => Statements(File.ReadAllText(file)).Select(statement => (File: Path.GetRelativePath(Checkout.Root, file), Statement: statement))).ToList();

        built.Count.ShouldBeGreaterThanOrEqualTo(8);
        built.Where(client => !BuildWithConnection().IsMatch(client.Statement)).Select(client => client.File).ShouldBeEmpty();
    }

    private static IEnumerable<string> Sources() => ((string[])["functions", Path.Combine("infra", "local")])
        .SelectMany(folder => Directory.EnumerateFiles(Checkout.PathOf(folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static IEnumerable<string> Statements(string source) => source.Split(';').Where(statement => Builder().IsMatch(statement) && statement.Contains(".Build(", StringComparison.Ordinal));

    [GeneratedRegex(@"new\s+(RecordConsumer|Consumer|Producer|AdminClient)Builder\b")]
    private static partial Regex Builder();

    [GeneratedRegex(@"\.Build\((\w+\.)?_?[cC]onnection,")]
    private static partial Regex BuildWithConnection();
}
