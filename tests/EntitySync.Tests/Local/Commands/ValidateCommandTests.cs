using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Tests.Definitions;

namespace EntitySync.Tests.Local.Commands;

public sealed class ValidateCommandTests : IDisposable
{
    private const string Item = """
        entity: item
        root: { topic: items, key: sku }
        relations:
          label: { from: labels, key: id, match: labelId, embed: label, strategy: shuffle }
        output: { topic: items-merged }
        """;

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DefinitionsOfTheRepository_AreValid()
    {
        var run = await CommandRun.Of("validate");

        run.Error.ShouldBeEmpty();
        List<string> names =
        [
            .. DefinitionLoader.LoadCatalog(Repository.Entities).All.Select(definition => definition.Entity), .. DefinitionLoader.LoadReconciliations(Repository.Entities).All.Select(definition => definition.Entity),
            .. DefinitionLoader.LoadReadModels(Repository.Entities).All.Select(definition => definition.ReadModel), .. DefinitionLoader.LoadFeeds(Repository.Entities).All.Select(feed => feed.Feed),
        ];
        run.Output.ShouldBe($"{names.Count} definitions are valid: {string.Join(", ", names)}.\n");
        new[] { "enriched-purchase", "item", "password-reset", "shipment", "user-profile", "invoice-payment", "order-shipping", "orders-reporting", "orders-search", "items-merged", "order-events" }.ShouldBeSubsetOf(names);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Mistakes_AllGoToStandardErrorAsCompilersPrintThem()
    {
        var good = _folder.Write("a/item.yaml", Item);
        var bad = _folder.Write("b.yaml", Item.Replace("entity: item", "entity: other", StringComparison.Ordinal).Replace("strategy: shuffle", "strategy: shufle, many: 1", StringComparison.Ordinal));
        var twice = _folder.Write("c.yaml", Item);
        var run = await CommandRun.Of("validate", _folder.Path + "/a", good, bad, twice);

        run.Error.ShouldBe(
            $"{bad}(4,75): relations.label.strategy: found 'shufle', allowed: lookup, broadcast, shuffle. Did you mean 'shuffle'?\n"
            + $"{bad}(4,89): relations.label.many: found '1', allowed: true, false.\n"
            + $"{twice}(1,9): entity: an entity is defined twice: found 'item', also in {good}, allowed: a name of its own.\n");
        run.Output.ShouldBe("2 definitions are valid; 3 mistakes in 2 files.\n");
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task Reconciliations_AreCheckedAndCountedWithTheEntities()
    {
        var item = _folder.Write("item.yaml", Item);
        var good = _folder.Write("paid.yaml", ReconciliationSamples.Payment);
        var bad = _folder.Write("shipping.yaml", ReconciliationSamples.Shipping.With("keep: P90D", "keep: 90").With("topic: shipping", "topic: items-merged"));

        var one = await CommandRun.Of("validate", good, item);
        one.Output.ShouldBe("2 definitions are valid: item, invoice-payment.\n");
        one.Error.ShouldBeEmpty();
        one.Status.ShouldBe(0);

        var both = await CommandRun.Of("validate", good, bad, item);
        both.Output.ShouldBe("2 definitions are valid; 1 mistake in 1 file.\n");
        both.Error.ShouldBe($"{bad}(28,7): keep: found '90', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).\n");
        both.Status.ShouldBe(1);

        var met = await CommandRun.Of("validate", good, _folder.Write("other.yaml", ReconciliationSamples.Shipping.With("topic: shipping", "topic: items-merged")), item, "--json");
        var json = JsonNode.Parse(met.Output)!;
        json["entities"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["item"]);
        json["reconciliations"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["invoice-payment", "order-shipping"]);
        json["problems"]!.AsArray().Single()!["path"]!.GetValue<string>().ShouldBe("output.topic");
        met.Status.ShouldBe(1);
    }

    [Fact]
    public async Task ReadModelsAndFeeds_AreCheckedAndCountedWithTheEntities()
    {
        var item = _folder.Write("item.yaml", Item);
        var orders = _folder.Write("orders.yaml", ReadModelSamples.Orders);
        var feed = _folder.Write("feed.yaml", ReadModelSamples.Feed);

        var all = await CommandRun.Of("validate", feed, orders, item);
        all.Output.ShouldBe("3 definitions are valid: item, orders-search, items.\n");
        all.Error.ShouldBeEmpty();
        all.Status.ShouldBe(0);

        var met = await CommandRun.Of("validate", feed, _folder.Write("orders.yaml", ReadModelSamples.Orders.With("readModel: orders-search", "readModel: items")), item, "--json");
        var json = JsonNode.Parse(met.Output)!;
        json["readModels"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["items"]);
        json["feeds"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["items"]);
        json["problems"]!.AsArray().Single()!["path"]!.GetValue<string>().ShouldBe("readModel");
        met.Status.ShouldBe(1);
    }

    [Theory]
    [InlineData("keep: P90D", "keep: P90D    # long", "orders-search: unchanged\n")]
    [InlineData("keep: P90D", "keep: P30D", """
        orders-search: goes on with its table
          compatible    keep: was 'P90D', is 'P30D'
                        -> It holds for what is written from now on.

        """)]
    [InlineData("readModel: orders-search", "readModel: orders-found", """
        orders-found: new
        orders-search: gone (its tables read-model-orders-search-v* can be deleted)

        """)]
    [InlineData("          carrier: carrier\n", "          country: country\n", """
        orders-search: needs a rebuild
          rebuild       topics.order-events.events[1].set.country: was nothing, is 'country'
          rebuild       topics.order-events.events[1].set.carrier: was 'carrier', is nothing
          -> Once it is deployed, start the state machine rebuild-read-model with {"readModel":"orders-search"}; until that has switched, reads are answered as before.

        """)]
    [InlineData("    sort:\n      number: total\n  byPaid:\n    key: paid\nkeep: P90D\n", "  byPaid:\n    key: paid\n", """
        orders-search: needs a rebuild
          rebuild       indexes.byCustomer: was 'customer by number total', is 'customer'
          compatible    keep: was 'P90D', is 'P30D'
                        -> It holds from the rebuild on: a version keeps to the definition it was made with.
          -> Once it is deployed, start the state machine rebuild-read-model with {"readModel":"orders-search"}; until that has switched, reads are answered as before.

        """)]
    public async Task AgainstAReadModel_SaysWhetherARebuildIsNeeded(string text, string other, string report)
    {
        var old = _folder.Write("old/orders.yaml", ReadModelSamples.Orders);
        var now = _folder.Write("orders.yaml", ReadModelSamples.Orders.With(text, other));
        var run = await CommandRun.Of("validate", now, "--against", old);

        run.Output[..run.Output.IndexOf("1 definition is valid", StringComparison.Ordinal)].ShouldBe(report);
        run.Error.ShouldBeEmpty();
        run.Status.ShouldBe(0);
    }

    [Theory]
    [InlineData("title: All items", "title: Items", 0, """
        items: goes on with its pages
          compatible    title: was 'All items', is 'Items'
                        -> Caches go on with the full pages they have, under the former title.

        """)]
    [InlineData("pageSize: 250", "pageSize: 50", 0, """
        items: goes on with its pages
          compatible    pageSize: was '250', is '50'
                        -> Pages that are full keep their entries and addresses; those filled from now on have 50 entries or a few more.

        """)]
    [InlineData("topic: items-merged", "topic: item-events", 1, """
        items: incompatible with its pages
          incompatible  topic: was 'items-merged', is 'item-events'
                        -> The full pages that are recorded divide the other topic; give the feed another name.

        """)]
    public async Task AgainstAFeed_SaysWhatBecomesOfItsPages(string text, string other, int status, string report)
    {
        var old = _folder.Write("old/feed.yaml", ReadModelSamples.Feed);
        var now = _folder.Write("feed.yaml", ReadModelSamples.Feed.With(text, other));
        var run = await CommandRun.Of("validate", now, "--against", old);

        run.Output.ShouldBe(report + "1 definition is valid: items.\n");
        run.Status.ShouldBe(status);
    }

    [Fact]
    public async Task JsonOfAComparison_HasTheRebuildsInput()
    {
        _folder.Write("old/orders.yaml", ReadModelSamples.Orders);
        _folder.Write("old/feed.yaml", ReadModelSamples.Feed);
        var run = await CommandRun.Of("validate", _folder.Write("orders.yaml", ReadModelSamples.Orders.With("limit: 50", "limit: 60")), "--against", _folder.Path + "/old", "--json");

        var compared = JsonNode.Parse(run.Output)!["comparison"]!.AsArray();
        compared.Select(each => $"{each!["readModel"] ?? each["feed"]}: {each["verdict"]}").ShouldBe(["orders-search: needs a rebuild", "items: gone"]);
        compared[0]!["rebuildInput"]!.GetValue<string>().ShouldBe("""{"readModel":"orders-search"}""");
        compared[0]!["changes"]!.AsArray().Select(change => $"{change!["severity"]} {change["path"]}").ShouldBe(["needsRebuild topics.order-events.events[2].append.history"]);
    }

    [Fact]
    public async Task WhatCannotStart_IsAMistake()
    {
        var file = _folder.Write("item.yaml", Item.Replace("from: labels", "from: items", StringComparison.Ordinal));
        var run = await CommandRun.Of("validate", file);

        run.Error.ShouldStartWith(file + "(");
        run.Error.ShouldContain("a relation to itself");
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task Json_HasPositionsAndComparison()
    {
        var old = _folder.Write("old/item.yaml", Item);
        var now = _folder.Write("item.yaml", Item.Replace("key: id", "key: code", StringComparison.Ordinal));
        var bad = _folder.Write("bad.yaml", "entity: [x\n");
        var run = await CommandRun.Of("validate", now, bad, "--against", old, "--json");

        var json = JsonNode.Parse(run.Output)!;
        json["valid"]!.GetValue<bool>().ShouldBeFalse();
        json["entities"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["item"]);
        var problem = json["problems"]!.AsArray().Single()!;
        problem["file"]!.GetValue<string>().ShouldBe(bad);
        problem["line"]!.GetValue<int>().ShouldBeGreaterThan(0);
        problem["message"]!.GetValue<string>().ShouldStartWith(bad + "(");
        var compared = json["comparison"]!.AsArray().Single()!;
        compared["verdict"]!.GetValue<string>().ShouldBe("incompatible with its state");
        compared["changes"]!.AsArray().Select(change => $"{change!["severity"]} {change["path"]}").ShouldBe(["incompatible relations.label.key"]);
        run.Error.ShouldBeEmpty();
        run.Status.ShouldBe(1);
    }

    [Theory]
    [InlineData("labelId", "labelId", "item: unchanged\n", 0)]
    [InlineData("embed: label", "embed: tag", """
        item: goes on with its state, needs a replay
          replay        relations.label.embed: was 'label', is 'tag'
                        -> Start a replay: until then entities that do not change by themselves keep their outputs.

        """, 0)]
    [InlineData("strategy: shuffle", "strategy: broadcast", """
        item: goes on with its state
          compatible    relations.label.strategy: was 'shuffle', is 'broadcast'
                        -> The outputs stay the same. Delete the topics item-label-rows, -questions and -answers before the relation is ever shuffled again.

        """, 0)]
    [InlineData("from: labels", "from: tags", """
        item: incompatible with its state
          incompatible  relations.label.from: was 'labels', is 'tags': item-label-rows holds the rows as they were
                        -> Give the relation another name, so that it gets internal topics of its own; or stop the join host, delete item-label-rows, -questions and -answers, and start it.

        """, 1)]
    public async Task Against_SaysWhetherTheStateCanBeGoneOnWith(string text, string other, string report, int status)
    {
        var old = _folder.Write("old/item.yaml", Item);
        var now = _folder.Write("item.yaml", Item.Replace(text, other, StringComparison.Ordinal));
        var run = await CommandRun.Of("validate", now, "--against", old);

        run.Output.ShouldBe(report + "1 definition is valid: item.\n");
        run.Error.ShouldBeEmpty();
        run.Status.ShouldBe(status);
    }

    [Fact]
    public async Task Against_TellsNewAndGoneEntities()
    {
        var old = _folder.Write("old/item.yaml", Item);
        var now = _folder.Write("order.yaml", Item.Replace("item", "order", StringComparison.Ordinal));
        var run = await CommandRun.Of("validate", now, "--against", old);

        run.Output.ShouldBe("item: gone (its topics item-* can be deleted; what it has emitted stays)\norder: new\n1 definition is valid: order.\n");
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Against_MistakesOfTheOldOnesAreTold()
    {
        var missing = Path.Combine(_folder.Path, "none.yaml");
        var run = await CommandRun.Of("validate", Path.Combine(Repository.Entities, "item.yaml"), "--against", missing);

        run.Error.ShouldContain("none.yaml(1,1): cannot be read");
        run.Error.ShouldEndWith("The definitions to compare with have mistakes themselves.\n");
        run.Status.ShouldBe(1);
    }
}
