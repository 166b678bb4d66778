using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Hooks;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;
using EntitySync.Tests.Joins;

namespace EntitySync.Tests.Hooks;

/// <summary>A hook runs once all relations are joined, with the same result on each strategy; its failures concern the one record.</summary>
public sealed class HookStrategiesTests
{
    private static readonly EntityDefinition Item = SampleDefinitions.Item() with { Hook = new HookDefinition("Acme.Hooks", "Acme.Hooks.Speed") };

    // Says how fast an item is; drops what has no time, rejects 13 and throws at 14.
    private static readonly ScriptedHook Speed = new((in input, output) =>
    {
        var document = JsonNode.Parse(input.Document)!;
        var days = (int?)document["minimumDeliveryTime"];
        if (days is null) return HookResult.Dropped;
        if (days == 13) return HookResult.Rejected("13 brings bad luck");
        if (days == 14) throw new FormatException("14 days are a fortnight");
        output.Json.WriteStartObject();
        output.Json.WriteString("sku", (string)document["sku"]!);
        output.Json.WriteString("speed", days < 3 ? "fast" : "slow");
        output.Json.WriteEndObject();
        return HookResult.Written;
    });

    public static TheoryData<Strategy> All => [.. Enum.GetValues<Strategy>()];

    public static TheoryData<Strategy> Joined => [Strategy.Broadcast, Strategy.Shuffle];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Outcomes_AreTheSameWithEachStrategy(Strategy strategy)
    {
        var rows = new InMemoryReferenceTables();
        using var world = StrategyWorld.Create(Item, strategy, partitions: 1, rows, Speed);
        await world.RootAsync("A", """{"sku":"A","deliveryClasses":["x"]}""");  // no time: dropped
        await RowAsync(1);                                                       // fast
        await RowAsync(5);                                                       // slow
        await RowAsync(13);                                                      // rejected
        await RowAsync(2);                                                       // fast
        await RowAsync(14);                                                      // throws
        await RowAsync(7);                                                       // slow
        await world.RootAsync("A", null);                                        // tombstones pass

        world.Written.Where(record => record.Topic != "item-updates").Select(Text).ShouldBe(
        [
            """A {"sku":"A","speed":"fast"}""",
            """A {"sku":"A","speed":"slow"}""",
            "A dead: hook 'Acme.Hooks.Speed': 13 brings bad luck",
            """A {"sku":"A","speed":"fast"}""",
            "A dead: hook 'Acme.Hooks.Speed': 14 days are a fortnight",
            """A {"sku":"A","speed":"slow"}""",
            "A tombstone",
        ]);

        Task RowAsync(int days)
        {
            rows.Put("delivery-classes", "x", $$"""{"name":"x","minimumTime":{{days}},"maximumTime":{{days + 1}}}""");
            return world.RowChangedAsync("delivery-classes", "x");
        }
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void EqualOutputOfTheHook_IsSuppressed(Strategy strategy)
    {
        using var driver = Driver(strategy, Speed);
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Pipe("delivery-classes", "x", Row(1));
        driver.Pipe("delivery-classes", "x", Row(2));                            // still fast
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"],"name":"new"}"""); // the hook leaves the name out
        driver.Replay("A", """{"replayId":"r","causes":[]}""");

        driver.Outputs.Select(Text).ShouldBe(["""A {"sku":"A","speed":"fast"}""", """A {"sku":"A","speed":"fast"}"""], "the second is the replay's");
        driver.Counts.Dropped.ShouldBe(1);
        driver.Counts.Suppressed.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void DeadLetter_HoldsTheRootAsItCame(Strategy strategy)
    {
        using var driver = Driver(strategy, Speed);
        driver.Pipe("delivery-classes", "x", Row(14));
        driver.Root("A", """{"sku":"A", "deliveryClasses":["x"]}""");
        driver.Root("B", """{"sku":"B","deliveryClasses":[]}""");

        var dead = driver.Outputs.ShouldHaveSingleItem();
        dead.Topic.ShouldBe("item-dead-letters");
        Encoding.UTF8.GetString(dead.Value!.Value.Span).ShouldBe("""{"sku":"A", "deliveryClasses":["x"]}""");
        Header(dead, HeaderNames.DeadLetterPosition).ShouldBe("items-0@0");
        driver.Counts.DeadLettered.ShouldBe(1);
        driver.Counts.Dropped.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void Explanation_ShowsTheHooksOutput(Strategy strategy)
    {
        using var driver = Driver(strategy, Speed);
        driver.Pipe("delivery-classes", "x", Row(1));
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root("B", """{"sku":"B","deliveryClasses":["x","y"]}""");
        Explain("A").ShouldBe("""emitted {"sku":"A","speed":"fast"} """);
        driver.Pipe("delivery-classes", "x", Row(14));
        Explain("B").ShouldBe("rejected  hook 'Acme.Hooks.Speed': 14 days are a fortnight");

        string Explain(string key)
        {
            var explanation = driver.Tasks[0].Explain(Encoding.UTF8.GetBytes(key)).ShouldNotBeNull();
            return $"{explanation.State} {(explanation.Output is { } output ? Encoding.UTF8.GetString(output.Span) : "")} {explanation.Reason}";
        }
    }

    [Fact]
    public void EventsOfAStream_GoThroughTheHookWithOrWithoutKey()
    {
        var stream = Item with { Root = Item.Root with { Kind = RootKind.Stream }, Relations = [Item.Relations[0] with { Strategy = Strategy.Broadcast }], Replay = null };
        var keys = new List<string>();
        var hook = new ScriptedHook((in input, output) =>
        {
            keys.Add($"{input.HasKey} '{Encoding.UTF8.GetString(input.Key)}'");
            return Speed.Apply(input, output);
        });
        using var driver = new TopologyDriver(stream, hooks: _ => hook);
        driver.Pipe("delivery-classes", "x", Row(1));
        driver.Pipe("delivery-classes", "y", Row(14, "y"));
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root(null, """{"sku":"B","deliveryClasses":["y"]}""");
        driver.Root(null, """{"sku":"C","deliveryClasses":["z"]}""");
        driver.Root(null, """{"sku":"D","deliveryClasses":["x"]}""");

        driver.Outputs.Select(Text).ShouldBe(["""A {"sku":"A","speed":"fast"}""", "- dead: hook 'Acme.Hooks.Speed': 14 days are a fortnight", """- {"sku":"D","speed":"fast"}"""]);
        keys.ShouldBe(["True 'A'", "False ''", "False ''", "False ''"]);
        driver.Counts.Dropped.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Joined))]
    public void RowsOfANestedJoin_DoNotGoThroughTheHook(Strategy strategy)
    {
        var carrier = Item.Relations[0] with
        {
            Name = "carrier",
            From = "carriers",
            Match = KeyDefinition.Of(SampleDefinitions.Path("carrier")),
            Pick = null,
            Set = [new FieldMapping("carrierName", SampleDefinitions.Path("label"))],
            Missing = MissingRule.Omit,
            Source = RelationSource.Topic,
            Strategy = strategy,
        };
        var nested = Item with
        {
            Relations = [Item.Relations[0] with { Strategy = strategy, Source = RelationSource.Topic, Pick = null, Set = [], Missing = MissingRule.Omit, Embed = new EmbedDefinition("class", []), Relations = [carrier] }],
        };
        var documents = new List<string>();
        using var driver = new TopologyDriver(nested, hooks: _ => new ScriptedHook((in input, _) =>
        {
            documents.Add($"{input.Entity}: {Encoding.UTF8.GetString(input.Document)}");
            return HookResult.Unchanged;
        }));
        driver.Pipe("carriers", "post", """{"name":"post","label":"Post"}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","carrier":"post"}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");

        documents.Distinct().ShouldBe(["""item: {"sku":"A","deliveryClasses":["x"],"class":{"name":"x","carrier":"post","carrierName":"Post"}}"""]);
    }

    private static TopologyDriver Driver(Strategy strategy, IEntityHook hook) => new(
        Item with { Relations = [Item.Relations[0] with { Strategy = strategy }], Emit = new EmitDefinition(EmitWhen.OnChange) }, hooks: _ => hook);

    private static string Row(int days, string name = "x") => $$"""{"name":"{{name}}","minimumTime":{{days}},"maximumTime":{{days + 1}}}""";

    private static string Text(OutgoingRecord record)
    {
        var key = record.Key is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "-";
        if (record.Topic == "item-dead-letters") return $"{key} dead: {Header(record, HeaderNames.DeadLetterReason)}";
        return $"{key} {(record.Value is { } value ? Encoding.UTF8.GetString(value.Span) : "tombstone")}";
    }

    private static string Header(OutgoingRecord record, string name) => Encoding.UTF8.GetString(record.Headers.Single(header => header.Name == name).Value.Span);
}
