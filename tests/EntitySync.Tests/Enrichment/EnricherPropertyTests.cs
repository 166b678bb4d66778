using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

/// <summary>Random definitions, documents and rows: the enricher against the naive way, and untouched properties byte for byte.</summary>
public sealed class EnricherPropertyTests
{
    private static readonly string[] Classes = ["a", "b", "é", "a b", "7", "\U0001F600", "quo\"te", "\uFF01"];

    private static readonly string[] Numbers = ["0", "-0", "1", "1.0", "10e-1", "2", "-3.50", "12345678901234567890.1234500", "12345678901234567890.12345", "1e30", "0.1E+31", "\"1\"", "\"é\"", "\"\\u00e9\"", "true", "null", "[1]", "{}"];

    private static readonly string[] Matches = ["classes[]", "nested.lines[].class", "lower:classes[]", "as:{prefix}{nested.lines[].class}", "lower:{nested.lines[].class}{nested.lines[].end}"];

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 20));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RandomDocuments_EqualTheNaiveWay(int seed)
    {
        var random = new Random(seed);
        var emitted = 0;
        for (var run = 0; run < 200; run++)
        {
            var definition = Definition(random);
            var tables = Tables(random);
            var (root, properties) = Root(random);
            var expected = (JsonObject)JsonNode.Parse(root)!;
            var verdict = NaiveEnrichment.Apply(definition, expected, (table, key) => tables.Find(table, key) is { } row ? (JsonObject)JsonNode.Parse(row.Json.Span)! : null);

            var (outcome, output) = OneDocument.Enrich(definition, "k", root, tables);
            var where = $"seed {seed}, run {run}\n{root}\n{output}\n{outcome.Reason}";
            outcome.Kind.ToString().ShouldBe(verdict.ToString(), where);
            if (output is null) continue;
            emitted++;
            Normal(output).ShouldBe(Normal(expected.ToJsonString()), where);
            TouchesOnlyTargets(definition, output, properties, where);
        }

        emitted.ShouldBeGreaterThan(50);
    }

    // Each property that no relation writes stands in the output with name, white space and value as they were, in the old order.
    private static void TouchesOnlyTargets(EntityDefinition definition, string output, List<(string Name, string Text)> properties, string where)
    {
        var targets = definition.Relations.SelectMany(relation => relation.Set.Select(mapping => mapping.Target)
            .Concat(relation.Missing.Constants.Select(constant => constant.Target)).Append(relation.Embed?.Target)).ToHashSet();
        var from = 0;
        foreach (var (name, text) in properties.Where(property => !targets.Contains(property.Name)))
        {
            var at = output.IndexOf(text, from, StringComparison.Ordinal);
            at.ShouldBeGreaterThanOrEqualTo(0, $"{text} is gone: {where}");
            from = at + text.Length;
        }
    }

    private static EntityDefinition Definition(Random random)
    {
        var kind = random.Next(4);
        var target = random.Next(2) == 0 ? "t1" : "classes"; // sometimes the match property itself is overwritten
        var relation = SampleDefinitions.Item().Relations[0] with
        {
            From = "classes",
            Match = KeyTexts.Key(Matches[random.Next(Matches.Length)]),
            Pick = kind < 2 ? new PickDefinition((PickOrder)random.Next(3), SampleDefinitions.Path("n")) : null,
            Many = kind == 3,
            Where = random.Next(3) == 0 ? Where(random) : [],
            Order = kind == 3 && random.Next(3) > 0 ? new OrderDefinition(SampleDefinitions.Path(random.Next(2) == 0 ? "n" : "deep.x"), (OrderDirection)random.Next(2)) : null,
            Limit = kind == 3 && random.Next(2) == 0 ? random.Next(1, 4) : null,
            Set = kind == 3 ? [] : [new FieldMapping(target, SampleDefinitions.Path("n"), Default(random)), new FieldMapping("t\"2", SampleDefinitions.Path("deep.x"))],
            Embed = kind == 0 ? null : new EmbedDefinition("t3", random.Next(2) == 0 ? [] : [new FieldMapping("é", SampleDefinitions.Path("n")), new FieldMapping("y", SampleDefinitions.Path("deep"), Default(random))]),
            Missing = random.Next(4) switch
            {
                0 => MissingRule.Omit,
                1 => new MissingRule((MissingAction)random.Next(2, 4), []),
                _ => SampleDefinitions.MissingSet(kind == 3 ? ("t3", "[]") : (target, "{\"none\":[1]}"), ("t4", "14")),
            },
        };
        return SampleDefinitions.Item() with
        {
            Root = new RootDefinition("items", KeyTexts.Key(random.Next(2) == 0 ? "sku" : "lower:{keys.first}{sku}")),
            Relations = [relation],
            Emit = new EmitDefinition { Complete = random.Next(3) == 0 ? [relation.Name] : [] },
        };
    }

    private static ImmutableArray<WhereCondition> Where(Random random) =>
    [
        .. ((string[])["n", "deep.x"]).Take(random.Next(1, 3)).Select(field => new WhereCondition(SampleDefinitions.Path(field),
            [.. Numbers[..^2].Where(_ => random.Next(2) == 0).Append("null").Take(random.Next(5, 20)).Select(json => Encoding.UTF8.GetBytes(json).ToImmutableArray())])),
    ];

    private static ImmutableArray<byte>? Default(Random random) => random.Next(2) == 0 ? null : [.. "{\"default\":[1.50]}"u8];

    private static InMemoryReferenceTables Tables(Random random)
    {
        var tables = new InMemoryReferenceTables();
        foreach (var name in Classes.Where(_ => random.Next(3) > 0))
        {
            var fields = new List<string>();
            if (random.Next(5) > 0) fields.Add($"\"n\":{Numbers[random.Next(Numbers.Length)]}");
            if (random.Next(2) > 0) fields.Add($"\"deep\":{{\"x\":{Numbers[random.Next(Numbers.Length)]}}}");
            tables.Put("classes", name, $"{{{string.Join(',', fields)}}}");
        }

        return tables;
    }

    private static (string Root, List<(string Name, string Text)> Properties) Root(Random random)
    {
        var properties = new List<(string Name, string Text)> { Property("sku", "\"k\""), Property("keys", "{\"first\":\"\"}"), Property("prefix", "\"\"") };
        if (random.Next(6) > 0) properties.Add(Property("classes", Keys(key => key)));
        if (random.Next(6) > 0) properties.Add(Property("nested", $$"""{{{Space()}}"lines":{{Keys(key => $$"""{"x":[{}],"class":{{key}}{{(random.Next(6) == 0 ? "" : ",\"end\":\"\"")}}}""")}}}"""));
        foreach (var name in (string[])["t1", "t\\\"2", "t3", "t4", "other", "\\u00fc", "sku2"])
        {
            if (random.Next(2) == 0) properties.Add(Property(name, Value(0)));
        }

        var shuffled = properties.OrderBy(_ => random.Next()).ToList();
        return ($"{Space()}{{{Space()}{string.Join($"{Space()},{Space()}", shuffled.Select(property => property.Text))}{Space()}}}{Space()}", shuffled);

        (string Name, string Text) Property(string name, string value) => (JsonSerializer.Deserialize<string>($"\"{name}\"")!, $"\"{name}\"{Space()}:{Space()}{value}");

        string Keys(Func<string, string> wrap) => $"[{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Space() + wrap(Key())))}]";

        string Key()
        {
            var key = Classes[random.Next(Classes.Length)];
            if (random.Next(6) == 0) key = key.ToUpperInvariant();
            return random.Next(8) == 0 ? "null" : key == "7" && random.Next(2) == 0 ? "7" : random.Next(2) == 0 ? JsonSerializer.Serialize(key) : $"\"{key.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }

        string Value(int depth) => random.Next(depth > 2 ? 4 : 6) switch
        {
            0 => "\"\\ud83d\\ude00\\/\\n é {\\\"sku\\\":\"",
            1 => "-12345678901234567890.1234500e-7",
            2 => "false",
            3 => "null",
            4 => $"[{Space()}{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(depth + 1)))}]",
            _ => $"{{\"sku\":{Value(depth + 1)},{Space()}\"t1\":{Value(depth + 1)}}}",
        };

        string Space() => random.Next(4) == 0 ? " \n\t\r"[random.Next(4)].ToString() : "";
    }

    // Same properties and values; numbers by their text, strings by what they mean.
    private static string Normal(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Normal(document.RootElement);
    }

    private static string Normal(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', element.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal).Select(property => $"{JsonSerializer.Serialize(property.Name)}:{Normal(property.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Normal))}]",
        JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
        _ => element.GetRawText(),
    };
}
