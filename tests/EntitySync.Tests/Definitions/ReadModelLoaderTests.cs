using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Tests.Definitions;

/// <summary>What the loader makes of files of <c>kind: read-model</c> and <c>feed</c>.</summary>
public sealed class ReadModelLoaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-read-models");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void EveryKey_IsInTheModel() => DefinitionText.Of(ReadModelSamples.Load(ReadModelSamples.Orders)).ShouldBe(DefinitionText.Of(new ReadModelDefinition
    {
        ReadModel = "orders-search",
        Topics =
        [
            new ReadModelTopic("order-events", new KeyDefinition([KeyColumn.Of(Path("region")), KeyColumn.TryParseTemplate("{shop}/{number}", LetterCase.Lower)!]), Path("meta.at"), TombstoneRule.Delete,
            [
                new EventRule(
                    [new WhereCondition(Path("type"), [[.. "\"OrderPlaced\""u8]]), new WhereCondition(Path("test"), [[.. "false"u8], [.. "null"u8]])], false,
                    [
                        new FieldChange("customer", FieldChangeKind.Replace, Path("customer.name"), null, [], 0),
                        new FieldChange("total", FieldChangeKind.Replace, Path("total.amount"), [.. "0.50"u8], [], 0),
                        new FieldChange("status", FieldChangeKind.Replace, null, [.. "\"Placed\""u8], [], 0),
                    ]),
                new EventRule(
                    [new WhereCondition(Path("type"), [[.. "\"OrderProcessed\""u8], [.. "\"OrderShipped\""u8]])], false,
                    [new FieldChange("status", FieldChangeKind.Set, Path("status"), null, [], 0), new FieldChange("carrier", FieldChangeKind.Set, Path("carrier"), null, [], 0)]),
                new EventRule(
                    [], false,
                    [
                        new FieldChange("history", FieldChangeKind.Append, null, null, [new FieldMapping("what", Path("type")), new FieldMapping("at", Path("meta.at"), [.. "\"-\""u8])], 50),
                        new FieldChange("tags", FieldChangeKind.Append, Path("tag"), null, [], 100),
                        new FieldChange("notes", FieldChangeKind.Append, Path("note"), null, [], 100),
                    ]),
                new EventRule([new WhereCondition(Path("type"), [[.. "\"OrderDeleted\""u8]])], true, []),
            ]),
            new ReadModelTopic("order-payments", KeyDefinition.Of(Path("region"), Path("order")), null, TombstoneRule.DeadLetter,
            [
                new EventRule(
                    [], false,
                    [
                        new FieldChange("paid", FieldChangeKind.Increment, Path("amount"), null, [], 0),
                        new FieldChange("payments", FieldChangeKind.Increment, null, [.. "1"u8], [], 0),
                        new FieldChange("fees", FieldChangeKind.Increment, Path("fee"), [.. "0"u8], [], 0),
                    ]),
            ]),
        ],
        States = [new StateOrder("status", ["Placed", "Processed", "Shipped"])],
        Indexes = [new ReadModelIndex("byStatus", "status", "customer", false), new ReadModelIndex("byCustomer", "customer", "total", true), new ReadModelIndex("byPaid", "paid", null, false)],
        Keep = TimeSpan.FromDays(90),
        OutputTopic = "orders-search-rows",
    }));

    [Fact]
    public void IdAndIgnoredTombstones_AreInTheModel()
    {
        var topic = ReadModelSamples.Load(ReadModelSamples.WithIds).Topics.ShouldHaveSingleItem();
        topic.Id!.Text.ShouldBe("payment.id");
        topic.Tombstones.ShouldBe(TombstoneRule.Ignore);
        topic.Deletes.ShouldBeFalse();
    }

    [Fact]
    public void TextAndSourceFile_AreTheFiles()
    {
        var definition = ReadModelSamples.Load("\ufeff" + ReadModelSamples.Orders);

        (definition.Text, definition.SourceFile).ShouldBe((ReadModelSamples.Orders, "m.yaml"));
        ReadModelSamples.Load(definition.Text).Fingerprint.ShouldBe(definition.Fingerprint);
    }

    [Fact]
    public void WhatIsLeftOut_HasItsDefault()
    {
        var definition = ReadModelSamples.Load("kind: read-model\nreadModel: m\ntopics: { t: { key: id, events: [{ set: { a: a } }] } }\n");

        (definition.Keep, definition.OutputTopic, definition.States.Length, definition.Indexes.Length).ShouldBe((TimeSpan.FromDays(30), null, 0, 0));
        definition.DeadLetterTopic().ShouldBe("m-dead-letters");
        ReadModelSamples.LoadFeed("kind: feed\nfeed: items\n").ShouldBe(new FeedDefinition("items", "items", "items", 100, "m.yaml"));
    }

    [Fact]
    public void Feed_IsTheModel() => ReadModelSamples.LoadFeed(ReadModelSamples.Feed).ShouldBe(new FeedDefinition("items", "items-merged", "All items", 250, "m.yaml"));

    /// <summary>The order of keys, comments, and what says nothing about rows.</summary>
    [Theory]
    [InlineData("keep: P90D", "keep: P1D")]
    [InlineData("output:\n  topic: orders-search-rows\n", "")]
    [InlineData("time: meta.at", "time: meta.at    # when it happened")]
    [InlineData("readModel: orders-search", "readModel: orders")]
    [InlineData("[false, null]", "[null, false, null]")]
    [InlineData("          customer: customer.name\n          total:\n            from: total.amount\n            default: 0.50\n", "          total: { default: 0.50, from: total.amount }\n          customer: customer.name\n")]
    [InlineData("          notes: note", "          notes: { from: note, limit: 100 }")]
    [InlineData("              what: type\n              at:\n                from: meta.at\n                default: \"-\"\n", "              at: { from: meta.at, default: '-' }\n              what: type\n")]
    public void Fingerprint_StaysTheSame(string part, string other) => Fingerprint(part, other).ShouldBe(ReadModelSamples.Load(ReadModelSamples.Orders).Fingerprint);

    [Theory]
    [InlineData("{shop}/{number}", "{shop}-{number}")]
    [InlineData("case: lower", "case: upper")]
    [InlineData("time: meta.at", "time: meta.time")]
    [InlineData("    tombstones: delete\n", "")]
    [InlineData("[false, null]", "[false]")]
    [InlineData("default: 0.50", "default: 0.5")]
    [InlineData("value: Placed", "value: Processed")]
    [InlineData("set:\n          status: status", "replace:\n          status: status")]
    [InlineData("carrier: carrier", "carrier: carrier.name")]
    [InlineData("carrier: carrier", "carriers: carrier")]
    [InlineData("what: type", "kind: type")]
    [InlineData("limit: 50", "limit: 51")]
    [InlineData("payments: 1", "payments: 2")]
    [InlineData("key: [region, order]", "key: [order, region]")]
    [InlineData("[Placed, Processed, Shipped]", "[Placed, Shipped, Processed]")]
    [InlineData("sort: customer", "sort: carrier")]
    [InlineData("      number: total", "      number: paid")]
    [InlineData("    sort:\n      number: total", "    sort: total")]
    [InlineData("  byPaid:", "  paid:")]
    [InlineData("  byPaid:\n    key: paid\n", "")]
    public void Fingerprint_IsAnother(string part, string other) => Fingerprint(part, other).ShouldNotBe(ReadModelSamples.Load(ReadModelSamples.Orders).Fingerprint);

    /// <summary>It is kept in tables: another form of it would ask for a rebuild of every read model.</summary>
    [Fact]
    public void Fingerprint_IsForEver() => ReadModelSamples.Load(ReadModelSamples.Orders).Fingerprint.ShouldBe("a80ed403a4392e79271cce3ad58e5c30");

    [Fact]
    public void Folder_GivesEachKindOnItsOwn()
    {
        Write("a.yaml", ReadModelSamples.Orders);
        Write("b.yaml", Samples.Item);
        Write("c.yaml", "# comment\n" + ReadModelSamples.Feed);

        DefinitionLoader.LoadCatalog(_folder.FullName).All.Select(definition => definition.Entity).ShouldBe(["item"]);
        DefinitionLoader.LoadReconciliations(_folder.FullName).All.ShouldBeEmpty();
        DefinitionLoader.LoadReadModels(_folder.FullName).All.Select(definition => (definition.ReadModel, System.IO.Path.GetFileName(definition.SourceFile))).ShouldBe([("orders-search", "a.yaml")]);
        var feeds = DefinitionLoader.LoadFeeds(_folder.FullName);
        feeds.All.Select(definition => (definition.Feed, System.IO.Path.GetFileName(definition.SourceFile))).ShouldBe([("items", "c.yaml")]);
        feeds.TryGet("items", out _).ShouldBeTrue();
        feeds.TryGet("items-merged", out _).ShouldBeFalse();
        feeds.DescribeUnknown("itemz").ShouldBe("feed 'itemz' is not known; known: items. Did you mean 'items'?");
        new FeedCatalog([]).DescribeUnknown("x").ShouldBe("feed 'x' is not known; known: none is defined.");
    }

    [Fact]
    public void MistakesOfOneKind_StopTheOthersToo()
    {
        Write("a.yaml", ReadModelSamples.Orders.With("limit: 50", "limit: fifty"));
        Write("b.yaml", ReadModelSamples.Feed);

        foreach (var load in (Action<string>[])[folder => DefinitionLoader.LoadReadModels(folder), folder => DefinitionLoader.LoadFeeds(folder), folder => DefinitionLoader.LoadCatalog(folder)])
            Should.Throw<InvalidDefinitionException>(() => load(_folder.FullName)).Problems.Single().Path.ShouldBe("topics.order-events.events[2].append.history.limit");
    }

    private void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(_folder.FullName, name), text);

    private static string Fingerprint(string part, string other) => ReadModelSamples.Load(ReadModelSamples.Orders.With(part, other)).Fingerprint;

    private static FieldPath Path(string text) => SampleDefinitions.Path(text);
}
