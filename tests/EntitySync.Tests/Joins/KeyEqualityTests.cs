using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;
using EntitySync.Tests.Enrichment;

namespace EntitySync.Tests.Joins;

/// <summary>
/// Guarantee 1 for keys of several columns and computed ones, which a reference table has none of: several relations of random keys, matched with columns of the root
/// or with the elements of an array, give the same outputs with broadcast, with shuffle and with both side by side, also after a restart, and the last ones are the oracle's.
/// </summary>
public sealed class KeyEqualityTests
{
    private static readonly string[] Shapes = ["{0}", "lower:{0}", "upper:{{{0}}}x", "as:{{{0}}}/{{{1}}}", "lower:{{{1}}}{{{0}}}"];
    private static readonly string[] RootFields = ["one", "o.two", "lines[].x", "lines[].y", "lines[].in.z"];
    private static readonly string[] RowFields = ["a", "b", "p.c"];
    private static readonly string[] Texts = ["\"a\"", "\"A\"", "\"\\u0061\"", "\"é\"", "\"É\"", "7", "\"7\"", "\"\\\"\""];

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 12));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SameInputs_GiveTheSameOutputsWithEachStrategy(int seed)
    {
        var random = new Random(seed);
        var joined = 0;
        for (var run = 0; run < 20; run++) joined += Run(random, $"seed {seed}, run {run}");
        joined.ShouldBeGreaterThan(60);
    }

    private static int Run(Random random, string where)
    {
        var definition = Definition(random);
        var rows = new SortedDictionary<(string Topic, string Key), string>();
        var roots = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var drivers = new[] { 0, 1, 2 }.Select(world => new TopologyDriver(definition with { Relations = [.. definition.Relations.Select((relation, index) => relation with { Strategy = StrategyOf(world, index) })] }, partitions: 3)).ToList();
        try
        {
            for (var step = 0; step < 50; step++) Step(random, definition, drivers, rows, roots);
            var outputs = drivers.ConvertAll(Outputs);
            foreach (var key in outputs.SelectMany(each => each.Keys).Concat(roots.Keys).Distinct())
            {
                var lists = outputs.ConvertAll(each => string.Join('\n', each.GetValueOrDefault(key, [])));
                lists.Distinct().Count().ShouldBe(1, $"{where}, key {key}, {Describe(definition)}\n{string.Join("\n---\n", lists)}");
                CheckLast(definition, rows, roots.GetValueOrDefault(key), outputs[0].GetValueOrDefault(key, []).LastOrDefault(), $"{where}, key {key}, {Describe(definition)}");
            }

            return outputs[0].Values.Sum(values => values.Count(value => value.Contains("\"v\":", StringComparison.Ordinal)));
        }
        finally
        {
            drivers.ForEach(driver => driver.Dispose());
        }
    }

    private static Strategy StrategyOf(int world, int relation) => world == 0 || (world == 2 && relation % 2 == 0) ? Strategy.Broadcast : Strategy.Shuffle;

    private static void Step(Random random, EntityDefinition definition, List<TopologyDriver> drivers, SortedDictionary<(string Topic, string Key), string> rows, SortedDictionary<string, string> roots)
    {
        var what = random.Next(40);
        if (what == 0)
        {
            drivers.ForEach(driver => driver.Restart());
        }
        else if (what < 18)
        {
            var root = Root(random);
            var key = NaiveKeys.Of(Parse(root), definition.Root.Key).Single();
            if (random.Next(6) == 0) roots.Remove(key);
            else roots[key] = root;
            drivers.ForEach(driver => driver.Root(key, roots.GetValueOrDefault(key)));
        }
        else
        {
            var row = (Topic: definition.Relations[random.Next(definition.Relations.Length)].From, Key: $"r{random.Next(4)}");
            if (random.Next(5) == 0) rows.Remove(row);
            else rows[row] = Document(random, RowFields.Append("v").ToArray());
            drivers.ForEach(driver => driver.Pipe(row.Topic, row.Key, rows.GetValueOrDefault(row)));
        }
    }

    private static void CheckLast(EntityDefinition definition, SortedDictionary<(string Topic, string Key), string> rows, string? root, string? last, string where)
    {
        if (root is null)
        {
            if (last is not null) last.ShouldBe("tombstone", where);
            return;
        }

        var expected = Parse(root);
        var verdict = NaiveEnrichment.ApplyAll(definition, expected, (relation, value) => rows
            .Where(row => row.Key.Topic == relation.From && NaiveKeys.Of(Parse(row.Value), relation.Key).SequenceEqual([value]))
            .Select(row => (row.Key.Key, Parse(row.Value))));
        if (verdict != NaiveEnrichment.Verdict.Emitted) return; // what was emitted before stays the last output
        JsonNode.DeepEquals(JsonNode.Parse(last.ShouldNotBeNull(where)), expected).ShouldBeTrue($"{where}: {last} is not {expected.ToJsonString()}");
    }

    private static EntityDefinition Definition(Random random)
    {
        var relations = Enumerable.Range(0, random.Next(1, 4)).Select(index => Relation(random, index)).ToImmutableArray();
        return SampleDefinitions.Item() with
        {
            Root = new RootDefinition("items", random.Next(3) switch { 0 => KeyTexts.Key("id"), 1 => KeyTexts.Key("shop.name", "id"), _ => KeyTexts.Key("lower:{id}@{shop.name}") }),
            Relations = relations,
            Emit = new EmitDefinition { Complete = [.. relations.Where(_ => random.Next(5) == 0).Select(relation => relation.Name)] },
            Replay = null,
        };
    }

    private static RelationDefinition Relation(Random random, int index)
    {
        var shapes = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Shapes[random.Next(Shapes.Length)]).ToList();
        var kind = random.Next(3);
        return new RelationDefinition
        {
            Name = $"relation{index}",
            From = $"rows{index}",
            Key = Key(RowFields),
            Match = Key(random.Next(2) == 0 ? RootFields : RootFields[..2]),
            Many = kind == 0,
            Pick = kind == 1 ? new PickDefinition((PickOrder)random.Next(3), SampleDefinitions.Path("v")) : null,
            Embed = new EmbedDefinition($"out{index}", []),
            Missing = new MissingRule(random.Next(6) switch { 0 => MissingAction.Drop, 1 => MissingAction.Reject, _ => MissingAction.Omit }, []),
        };

        KeyDefinition Key(string[] fields) => KeyTexts.Key([.. shapes.Select(shape => string.Format(null, shape, fields[random.Next(fields.Length)], fields[random.Next(fields.Length)]))]);
    }

    private static string Root(Random random)
    {
        var lines = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(8) == 0 ? "null" : Document(random, ["x", "y", "in.z"]));
        var rest = Document(random, ["one", "o.two"])[1..^1];
        var members = new[] { $"\"id\":\"i{random.Next(2)}\"", "\"shop\":{\"name\":\"É\"}", $"\"lines\":[{string.Join(',', lines)}]" }.Where((_, index) => index < 2 || random.Next(5) > 0).Append(rest);
        return $"{{{string.Join(',', members.Where(member => member.Length > 0).OrderBy(_ => random.Next()).ToList())}}}";
    }

    private static string Document(Random random, string[] fields) => $"{{{string.Join(',', fields.Where(_ => random.Next(12) > 0).OrderBy(_ => random.Next()).ToList().ConvertAll(field =>
    {
        var value = field == "v" ? $"{random.Next(4)}" : random.Next(12) == 0 ? "null" : random.Next(3) > 0 ? Texts[0] : Texts[random.Next(Texts.Length)];
        return field.Split('.') is [var outer, var inner] ? $"\"{outer}\":{{\"{inner}\":{value}}}" : $"\"{field}\":{value}";
    }))}}}";

    private static Dictionary<string, List<string>> Outputs(TopologyDriver driver)
    {
        var outputs = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var record in driver.Outputs.Where(record => record.Topic == driver.Topology.Definition.Output.Topic))
        {
            var key = Encoding.UTF8.GetString(record.Key!.Value.Span);
            var value = record.Value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "tombstone";
            if (!outputs.TryGetValue(key, out var values)) values = outputs[key] = [];
            if (values.Count == 0 || values[^1] != value) values.Add(value); // an entity that was incomplete for a while is emitted again as it was
        }

        return outputs;
    }

    private static string Describe(EntityDefinition definition) => $"root key {definition.Root.Key}, complete {string.Join(' ', definition.Emit.Complete)}{string.Concat(definition.Relations.Select(relation =>
        $"\n{relation.Key} = {relation.Match}, pick {relation.Pick}, many {relation.Many}, missing {relation.Missing.Action}"))}";

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
