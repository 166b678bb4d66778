using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Testing;
using EntitySync.Tests.Enrichment;

namespace EntitySync.Tests.Joins;

/// <summary>
/// Guarantee 1, in lock-step: the same random roots and rows give the same outputs with each strategy, byte for byte, and the last ones are the oracle's.
/// Bytes can be equal because every strategy splices the same canonical rows into the root's own bytes. With a strategy of its own for each relation the lookup ones
/// are spliced last, so that only the order of new fields may differ.
/// </summary>
public sealed class StrategyEqualityTests
{
    private static readonly string[] Keys = ["k1", "k2", "k3", "é"];
    private static readonly string[] Classes = ["a", "b", "é", "7", "a b"];
    private static readonly string[] Matches = ["classes[]", "one.class", "lower:classes[]", "lower:{start}{one.class}", "as:{start}{classes[]}"];
    private static readonly string[] Numbers = ["1", "2", "2.0", "-3.5", "\"x\"", "true"];

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 12));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task SameInputs_GiveTheSameOutputsWithEachStrategy(int seed)
    {
        var random = new Random(seed);
        var emitted = 0;
        for (var run = 0; run < 25; run++) emitted += await RunAsync(random, $"seed {seed}, run {run}");
        emitted.ShouldBeGreaterThan(200);
    }

    private static async Task<int> RunAsync(Random random, string where)
    {
        var definition = Definition(random);
        var rows = new InMemoryReferenceTables();
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);
        var worlds = Enum.GetValues<Strategy>().Select(strategy => StrategyWorld.Create(definition, strategy, partitions: 3, rows)).ToList();
        List<Strategy> mixture = [.. definition.Relations.Select(_ => (Strategy)random.Next(3))];
        worlds.Add(StrategyWorld.Create(definition, mixture, partitions: 3, rows));
        try
        {
            for (var step = 0; step < 40; step++) await StepAsync(random, definition, worlds, rows, roots);

            var outputs = worlds.ConvertAll(world => world.Outputs());
            foreach (var key in Keys.Select(key => EntityKey(definition, key)))
            {
                var lists = outputs.ConvertAll(each => string.Join('\n', each.GetValueOrDefault(key) ?? []));
                lists[..^1].Distinct().Count().ShouldBe(1, $"{where}, key {key}, {Describe(definition)}\n{string.Join("\n---\n", Enum.GetNames<Strategy>().Zip(lists, (name, list) => $"{name}\n{list}"))}");
                var sorted = outputs.ConvertAll(each => string.Join('\n', each.GetValueOrDefault(key, []).Select(Sorted)));
                sorted[^1].ShouldBe(sorted[0], $"{where}, key {key}, {Describe(definition)}, {string.Join(' ', mixture)}");
                CheckLast(definition, rows, roots.GetValueOrDefault(key), outputs[0].GetValueOrDefault(key)?[^1], $"{where}, key {key}");
            }

            return outputs[0].Sum(each => each.Value.Count);
        }
        finally
        {
            worlds.ForEach(world => world.Dispose());
        }
    }

    private static async Task StepAsync(Random random, EntityDefinition definition, List<StrategyWorld> worlds, InMemoryReferenceTables rows, Dictionary<string, string> roots)
    {
        if (random.Next(2) == 0)
        {
            var sku = Keys[random.Next(Keys.Length)];
            var key = EntityKey(definition, sku);
            var json = random.Next(6) == 0 ? null : Root(random, sku);
            if (json is null) roots.Remove(key);
            else roots[key] = json;
            foreach (var world in worlds) await world.RootAsync(key, json);
            return;
        }

        var (table, name) = (definition.Relations[random.Next(definition.Relations.Length)].From, Classes[random.Next(Classes.Length)]);
        if (random.Next(4) == 0) rows.Delete(table, name);
        else rows.Put(table, name, Row(random, name));
        foreach (var world in worlds) await world.RowChangedAsync(table, name);
    }

    // What was emitted before a drop or a rejection stays the last output.
    private static void CheckLast(EntityDefinition definition, InMemoryReferenceTables rows, string? root, string? last, string where)
    {
        if (root is null)
        {
            if (last is not null) last.ShouldBe("tombstone", where);
            return;
        }

        var expected = JsonNode.Parse(root)!.AsObject();
        var asLookup = definition with { Relations = [.. definition.Relations.Select(relation => relation with { Strategy = Strategy.Lookup })] };
        var verdict = NaiveEnrichment.Apply(asLookup, expected, (table, key) => rows.Find(table, key) is { } row ? JsonNode.Parse(row.Json.Span)!.AsObject() : null);
        if (verdict != NaiveEnrichment.Verdict.Emitted) return;
        JsonNode.DeepEquals(JsonNode.Parse(last.ShouldNotBeNull(where)), expected).ShouldBeTrue($"{where}: {last} is not {expected.ToJsonString()}");
    }

    private static EntityDefinition Definition(Random random)
    {
        var relations = Enumerable.Range(1, random.Next(1, 3)).Select(number => Relation(random, number)).ToImmutableArray();
        return SampleDefinitions.Item() with
        {
            Root = new RootDefinition("items", random.Next(3) switch { 0 => KeyTexts.Key("sku"), 1 => KeyTexts.Key("shop", "lower:sku"), _ => KeyTexts.Key("lower:{shop}{sku}") }),
            Relations = relations,
            Emit = new EmitDefinition { Complete = [.. relations.Where(_ => random.Next(4) == 0).Select(relation => relation.Name)] },
            Replay = null,
        };
    }

    private static RelationDefinition Relation(Random random, int number)
    {
        var (many, pick) = (random.Next(3) == 0, random.Next(3) > 0);
        return new RelationDefinition
        {
            Name = $"class{number}",
            From = $"classes{number}",
            Source = RelationSource.Table,
            Key = KeyDefinition.Of(SampleDefinitions.Path("name")),
            Match = KeyTexts.Key(Matches[random.Next(Matches.Length)]),
            Many = many,
            Pick = pick && !many ? new PickDefinition((PickOrder)random.Next(3), SampleDefinitions.Path("n")) : null,
            Where = random.Next(3) == 0 ? [new WhereCondition(SampleDefinitions.Path(random.Next(2) == 0 ? "x" : "n"), [Json("1"), random.Next(2) == 0 ? Json("null") : Json("2")])] : [],
            Order = many && random.Next(3) > 0 ? new OrderDefinition(SampleDefinitions.Path("n"), (OrderDirection)random.Next(2)) : null,
            Limit = many && random.Next(2) == 0 ? random.Next(1, 4) : null,
            Set = many ? [] : [new FieldMapping($"{number}t1", SampleDefinitions.Path("n"), random.Next(2) == 0 ? null : Json("\"none\""))],
            Embed = many || random.Next(2) == 0 ? new EmbedDefinition($"{number}t2", random.Next(2) == 0 ? [] : [new FieldMapping("m", SampleDefinitions.Path(many ? "x" : "n"))]) : null,
            Missing = random.Next(4) switch
            {
                0 => MissingRule.Omit,
                1 => new MissingRule(MissingAction.Drop, []),
                2 => new MissingRule(MissingAction.Reject, []),
                _ => SampleDefinitions.MissingSet((many ? $"{number}t2" : $"{number}t1", "null")),
            },
        };
    }

    private static string Describe(EntityDefinition definition) => $"complete {string.Join(' ', definition.Emit.Complete)}{string.Concat(definition.Relations.Select(relation =>
        $"\nmatch {relation.Match}, pick {relation.Pick}, many {relation.Many}, where {relation.Where.FirstOrDefault()?.Field}, order {relation.Order}, limit {relation.Limit}, missing {relation.Missing.Action}"))}";

    private static ImmutableArray<byte> Json(string text) => [.. Encoding.UTF8.GetBytes(text)];

    private static string EntityKey(EntityDefinition definition, string sku) => NaiveKeys.Of(new JsonObject { ["sku"] = sku, ["shop"] = "" }, definition.Root.Key).Single();

    private static string Sorted(string output) =>
        output == "tombstone" ? output : string.Join(',', JsonNode.Parse(output)!.AsObject().OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{field.Value?.ToJsonString()}"));

    private static string Row(Random random, string name) =>
        $$"""{"name":"{{name}}"{{(random.Next(6) == 0 ? "" : $",\"n\":{Numbers[random.Next(Numbers.Length)]}")}},"x":{{random.Next(3)}}}""";

    private static string Root(Random random, string key)
    {
        string[] matches = [$"\"classes\":[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value()))}],", $$"""  "one":{ "class":{{Value()}} },""", $"\"start\":{(random.Next(5) == 0 ? "\"a\"" : "\"\"")},"];
        return $$"""{"sku":"{{key}}",{{string.Concat(matches.Where(_ => random.Next(6) > 0))}}"shop":"", "1t1":0, "v":{{random.Next(100)}}}""";

        string Value() => random.Next(6) == 0 ? "null" : Classes[random.Next(Classes.Length)] is "7" and var number && random.Next(2) == 0 ? number : $"\"{(random.Next(4) == 0 ? Classes[random.Next(Classes.Length)].ToUpperInvariant() : Classes[random.Next(Classes.Length)])}\"";
    }
}
