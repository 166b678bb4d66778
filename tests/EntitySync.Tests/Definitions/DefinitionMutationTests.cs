using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Definitions broken at random: the loader answers with a definition or with problems inside the file, whatever it is given.</summary>
public sealed class DefinitionMutationTests
{
    private const int Rounds = 1500;

    private static readonly string[] Fragments =
    [
        "\t", "\0", "\r", "\u2028", "\ufeff", ": ", "- ", "? ", "{", "}", "[", "]", "&a ", "*a", "!!str ", "|\n", ">-\n", "\"", "'", "#", "---\n", "...\n", "%YAML 9.9\n",
        "%TAG ! x\n", "<<: ", "~", "null", "12", "1e999", ".nan", "\\ud800", "\ud83d", "é", "😀", "@", "`", "relations:\n", "  x: {}\n",
    ];

    private static readonly string[] Sources = [Repository.ItemYaml, Samples.Item, Samples.Profile, Samples.Order, ReconciliationSamples.Shipping, ReconciliationSamples.Payment, ReadModelSamples.Orders, ReadModelSamples.Orders, ReadModelSamples.Feed];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void MutatedDefinition_LoadsOrHasProblemsInsideTheFile(int seed)
    {
        var random = new Random(seed);
        var loaded = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var yaml = Mutate(random, Sources[random.Next(Sources.Length)], random.Next(1, 5));
            var result = LoadChecked(yaml, $"seed {seed}, round {round}");
            if (!result.IsValid) continue;
            loaded++;
            // What the loader takes, the editor must not underline.
            var schema = result switch
            {
                { Reconciliations: [_] } => ReconciliationSchemaTests.Schema,
                { ReadModels: [_] } => ReadModelSchemaTests.Schema,
                { Feeds: [_] } => FeedSchemaTests.Schema,
                _ => DefinitionSchemaTests.Schema,
            };
            SchemaCheck.Errors(schema, schema, SchemaCheck.ReadYaml(yaml), "").ShouldBeEmpty($"seed {seed}, round {round}\n{yaml}");
        }

        loaded.ShouldBeGreaterThan(Rounds / 50);
    }

    [Fact]
    public void RandomBytesInAFile_AreProblemsNotExceptions()
    {
        var random = new Random(4);
        var file = Path.GetTempFileName();
        try
        {
            for (var round = 0; round < 300; round++)
            {
                var bytes = Encoding.UTF8.GetBytes(Repository.ItemYaml);
                for (var i = random.Next(1, 4); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                File.WriteAllBytes(file, bytes);
                CheckInside(DefinitionLoader.Load(file), bytes.Count(value => value == '\n') + 1, $"round {round}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static DefinitionResult LoadChecked(string yaml, string context)
    {
        try
        {
            var result = DefinitionLoader.LoadText(yaml, "item.yaml");
            CheckInside(result, Math.Max(1, yaml.Split('\n').Length - (yaml.EndsWith('\n') ? 1 : 0)), context);
            return result;
        }
        catch (Exception exception) when (exception is not ShouldAssertException)
        {
            throw new InvalidOperationException($"{context} threw on:\n{yaml}", exception);
        }
    }

    private static void CheckInside(DefinitionResult result, int lines, string context)
    {
        (result.Definitions.Length + result.Reconciliations.Length + result.ReadModels.Length + result.Feeds.Length == 1).ShouldBe(result.Problems.IsEmpty, context);
        result.Problems.Where(problem => problem.Line < 1 || problem.Line > lines || problem.Column < 1 || problem.ToString().Contains('\n', StringComparison.Ordinal)).ShouldBeEmpty(context);
    }

    private static string Mutate(Random random, string yaml, int times)
    {
        for (; times > 0; times--)
        {
            yaml = random.Next(6) switch
            {
                0 => DeleteLine(random, yaml),
                1 => SwapWords(random, yaml),
                2 => yaml[..random.Next(yaml.Length + 1)],
                3 => yaml.Insert(random.Next(yaml.Length + 1), Fragments[random.Next(Fragments.Length)]),
                4 => DuplicateLine(random, yaml),
                _ => yaml.Length == 0 ? yaml : yaml.Remove(random.Next(yaml.Length), 1),
            };
        }

        return yaml;
    }

    private static string DeleteLine(Random random, string yaml)
    {
        var lines = yaml.Split('\n').ToList();
        lines.RemoveAt(random.Next(lines.Count));
        return string.Join('\n', lines);
    }

    private static string DuplicateLine(Random random, string yaml)
    {
        var lines = yaml.Split('\n').ToList();
        lines.Insert(random.Next(lines.Count + 1), lines[random.Next(lines.Count)]);
        return string.Join('\n', lines);
    }

    private static string SwapWords(Random random, string yaml)
    {
        var words = yaml.Split(' ');
        var (first, second) = (random.Next(words.Length), random.Next(words.Length));
        (words[first], words[second]) = (words[second], words[first]);
        return string.Join(' ', words);
    }
}
