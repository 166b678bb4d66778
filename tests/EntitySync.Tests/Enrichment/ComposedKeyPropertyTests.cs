using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Testing;
using static EntitySync.Tests.Enrichment.KeyTexts;

namespace EntitySync.Tests.Enrichment;

/// <summary>Random keys and documents: root and related row make the oracle's key, and columns that differ make keys that differ.</summary>
public sealed class ComposedKeyPropertyTests
{
    private static readonly string[] Pieces =
    [
        "", "a", "A", "b", ",", "\"", "\\", "\\\"", "\",\"", "[", "]", "{", "é", "É", "ß", "İ", "ı", "K", "Ǆ", "ς", "\U0001F600", "\U00010400", "\uFFFD",
        "\0", "\b", "\t", "\n", "\f", "\r", "\u001F", "\u007F", "\u0080", "\u2028", "7", "-1.50e3",
    ];

    private static readonly string[] Fields = ["a", "b", "o.c", "o.d"];

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 10));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void BothSides_MakeTheKeyOfTheOracle(int seed)
    {
        var random = new Random(seed);
        var found = 0;
        for (var run = 0; run < 500; run++)
        {
            var key = RandomKey(random);
            var document = Document(random);
            var where = $"seed {seed}, run {run}: {key} of {document}";
            var expected = NaiveKeys.Of((JsonObject)JsonNode.Parse(document)!, key).ToList();
            OfRoot(key, document).ShouldBe(expected, where);
            OfRow(key, document).ShouldBe(expected is [var one] ? one : "none", where);
            found += expected.Count;
        }

        found.ShouldBeGreaterThan(200);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void DifferentTexts_MakeDifferentKeys(int seed)
    {
        var random = new Random(seed);
        var keys = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        for (var run = 0; run < 2000; run++)
        {
            var columns = (Text(random), Text(random));
            var key = OfRoot(Key("a", "b"), $$"""{"a":{{Json(columns.Item1)}},"b":{{Json(columns.Item2)}}}""").Single();
            if (!keys.TryAdd(key, columns)) keys[key].ShouldBe(columns);
            JsonSerializer.Deserialize<string[]>(key).ShouldBe([columns.Item1, columns.Item2]);
        }

        keys.Count.ShouldBeGreaterThan(500);
    }

    private static KeyDefinition RandomKey(Random random)
    {
        var columns = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(3) == 0 ? Field() : new[] { "as:", "lower:", "upper:" }[random.Next(3)] + Template());
        return Key([.. columns]);

        string Field() => Fields[random.Next(Fields.Length)];

        string Template() => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(2) == 0
            ? $"{{{Field()}}}"
            : Pieces[random.Next(Pieces.Length)].Replace("{", "{{", StringComparison.Ordinal)).Append($"{{{Field()}}}"));
    }

    private static string Document(Random random)
    {
        var inner = Members(["c", "d"]);
        var outer = Members(["a", "b", "x"]).Append($"\"o\":{(random.Next(10) == 0 ? "null" : $"{{{string.Join(',', inner)}}}")}");
        return $"{{{string.Join(',', outer.OrderBy(_ => random.Next()).ToList())}}}";

        List<string> Members(string[] names) => [.. names.Where(_ => random.Next(15) > 0).OrderBy(_ => random.Next()).Select(name => $"\"{name}\":{Value()}")];

        string Value() => random.Next(12) switch
        {
            0 => "null",
            1 => "12.50",
            2 => "-1E5",
            _ => random.Next(2) == 0 ? Json(Text(random)) : Escaped(Text(random)),
        };
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static string Escaped(string text) => text.Aggregate(new StringBuilder("\""), (json, character) => json.Append($"\\u{(int)character:X4}")).Append('"').ToString();
}
