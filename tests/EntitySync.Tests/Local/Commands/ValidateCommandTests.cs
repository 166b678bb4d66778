using System.Text.Json.Nodes;
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
        run.Output.ShouldBe("11 definitions are valid: enriched-purchase, item, password-reset, shipment, user-profile, invoice-payment, order-shipping, orders-reporting, orders-search, items-merged, order-events.\n");
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
