using EntitySync.Core.Definitions;
using EntitySync.Tests.Definitions;

namespace EntitySync.Tests.Local.Commands;

public sealed class TryCommandTests : IDisposable
{
    private const string Item = """
        entity: item
        root: { topic: items, key: sku }
        relations:
          label: { from: labels, key: id, match: labelId, set: { label: text }, strategy: shuffle }
        output: { topic: items-merged }
        """;

    private const string Labels = """{"id":1,"text":"one"}""" + "\n" + """{"id":2,"text":"two"}""" + "\n";
    private const string Items = """{"sku":"b","labelId":2}""" + "\n" + """{"sku":"a","labelId":1}""" + "\n" + """{"sku":"b","labelId":1}""" + "\n" + """{"$key":"a","$value":null}""" + "\n";

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Examples => [.. DefinitionLoader.LoadCatalog(Repository.Entities).All.Select(definition => definition.Entity).Where(Repository.HasExample)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task ExampleOfTheRepository_IsAsExpected(string entity)
    {
        var run = await CommandRun.Of("try", entity);

        run.Error.Split('\n').Count(line => line.StartsWith("ok: ", StringComparison.Ordinal)).ShouldBe(entity == "shipment" ? 4 : 3, run.Error);
        if (entity == "shipment") run.Error.ShouldContain("ok: every entity emitted once: 5 checked\n");
        run.Output.ShouldNotBeEmpty();
        run.Status.ShouldBe(0, run.Error);
    }

    [Fact]
    public async Task Files_GiveAllOutputs_AndASummary()
    {
        var run = await TryAsync(Item, Labels, Items);

        run.Output.ShouldBe(
            """
            {"$key":"b","$value":{"sku":"b","labelId":2,"label":"two"}}
            {"$key":"a","$value":{"sku":"a","labelId":1,"label":"one"}}
            {"$key":"b","$value":{"sku":"b","labelId":1,"label":"one"}}
            {"$key":"a","$value":null}

            """);
        run.Error.ShouldBe(
            """
            item: the records in the order of the files, related rows first; 3 partitions
            read: 2 of labels, 4 of items
            outputs: 4 (1 tombstone), dropped: 0, dead-lettered: 0
            label: 1 of 1 match values found a row

            """);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Last_IsTheLastOutputOfEachKeyOnly()
    {
        var run = await TryAsync(Item, Labels, Items, "--last", "--seed", "7", "--partitions", "1");

        run.Output.ShouldBe(
            """
            {"$key":"a","$value":null}
            {"$key":"b","$value":{"sku":"b","labelId":1,"label":"one"}}

            """);
        run.Error.ShouldStartWith("item: the records in the order of seed 7; 1 partition\n");
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Seed_IsAnOrderOfItsOwn()
    {
        var files = (await TryAsync(Item, Labels, Items)).Output;
        var seeds = new List<string>();
        for (var seed = 1; seed <= 20; seed++) seeds.Add((await TryAsync(Item, Labels, Items, "--seed", $"{seed}")).Output);

        seeds.Distinct().Count().ShouldBeGreaterThan(5);
        seeds.ShouldContain(output => output != files && output.StartsWith("{\"$key\":\"b\",\"$value\":{\"sku\":\"b\",\"labelId\":2}}\n", StringComparison.Ordinal), "the root before its row");
        (await TryAsync(Item, Labels, Items, "--seed", "9")).Output.ShouldBe(seeds[8]);
    }

    [Theory]
    [InlineData("--strategy", "broadcast")]
    [InlineData("--strategy", "shuffle", "--partitions", "1")]
    [InlineData("--seed", "5")]
    public async Task Orders_AllGiveTheSame(params string[] options)
    {
        var run = await TryAsync(Item, Labels, Items, [.. options, "--orders", "20"]);

        run.Error.Split('\n')[^2].ShouldBe(options[0] == "--seed"
            ? "ok: the last outputs are the same in 20 orders of arrival, seeds 5 to 24, as in the order of the files"
            : "ok: the last outputs are the same in 20 orders of arrival, seeds 1 to 20, as in the order of the files");
        run.Output.Split('\n').Length.ShouldBe(5, "outputs are those of the order of the files");
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task OrderThatMatters_IsShownWithItsSeed()
    {
        var once = Item + "\nemit: { once: true }\n";
        var run = await TryAsync(once, Labels, """{"sku":"a","labelId":1}""", "--orders", "100");

        var words = run.Error.Split('\n');
        words[^3].ShouldStartWith("FAILED: the last output of 'a' depends on the order of arrival: {\"sku\":\"a\",\"labelId\":1,\"label\":\"one\"} in the order of the files, {\"sku\":\"a\",\"labelId\":1} in the order that --seed ");
        words[^2].ShouldBe("The order of arrival may matter here: emit.once keeps the first output.");
        run.Status.ShouldBe(1);
        var seed = words[^3].Split("--seed ")[1].Split(' ')[0];
        (await TryAsync(once, Labels, """{"sku":"a","labelId":1}""", "--seed", seed)).Output.ShouldBe("{\"$key\":\"a\",\"$value\":{\"sku\":\"a\",\"labelId\":1}}\n");
    }

    [Fact]
    public async Task Lookup_IsJoinedAsBroadcast()
    {
        var run = await TryAsync(Item, Labels, Items, "--strategy", "lookup");

        run.Output.ShouldBe((await TryAsync(Item, Labels, Items, "--strategy", "broadcast")).Output);
        run.Error.Split('\n')[1].ShouldBe("label: lookup is joined as broadcast here, without a reference table; the last outputs are the same");
        run.Status.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeadLetter_NamesFileAndLine(bool isStrict)
    {
        var run = await TryAsync(Item, Labels + "\n" + """{"$key":"9","$value":{"id":true}}""", Items + """{"$key":"c","$value":{"sku":"d"}}""", isStrict ? ["--strict"] : []);

        run.Error.ShouldBe(
            $"""
            item: the records in the order of the files, related rows first; 3 partitions
            {_folder.Path}/data/labels.ndjson(4): 'id' is a boolean; a string or a number is expected (dead-lettered)
            {_folder.Path}/data/items.ndjson(5): key differs: the record's is 'c', 'sku' says 'd' (dead-lettered)
            read: 3 of labels, 5 of items
            outputs: 4 (1 tombstone), dropped: 0, dead-lettered: 2
            label: 1 of 1 match values found a row

            """);
        run.Status.ShouldBe(isStrict ? 1 : 0);
    }

    [Fact]
    public async Task Expected_IsCompared()
    {
        _folder.Write("data/expected.ndjson", """{"labelId":1.0,"sku":"b","label":"one"}""");
        (await TryAsync(Item, Labels, Items)).Status.ShouldBe(0);

        _folder.Write("data/expected.ndjson", """{"sku":"b","labelId":1,"label":"two"}""");
        var run = await TryAsync(Item, Labels, Items);

        run.Error.ShouldEndWith(
            """
            FAILED: last output of every key as expected: 1 wrong, e.g. b: expected {"sku":"b","labelId":1,"label":"two"}, found {"sku":"b","labelId":1,"label":"one"}
            ok: nothing else came out: 2 checked
            ok: no dead letters: 0 in item-dead-letters

            """);
        run.Status.ShouldBe(1);
        (await TryAsync(Item, Labels, Items, "--seed", "1")).Error.ShouldEndWith(
            """
            dead-letters.ndjson: not compared, what is there depends on the order of arrival
            FAILED: last output of every key as expected: 1 wrong, e.g. b: expected {"sku":"b","labelId":1,"label":"two"}, found {"sku":"b","labelId":1,"label":"one"}
            ok: nothing else came out: 2 checked

            """);
    }

    [Fact]
    public async Task DeadLettersAlone_AreCompared()
    {
        _folder.Write("data/dead-letters.ndjson", "{}");
        var run = await TryAsync(Item, Labels, Items);

        run.Error.ShouldEndWith("FAILED: dead letters as expected: 1 wrong, e.g. line 1, key '': expected {}\n");
        run.Status.ShouldBe(1);
        (await TryAsync(Item, Labels, """{"$key":"a","$value":{}}""")).Error.ShouldEndWith("ok: dead letters as expected: 1 checked\n");
    }

    [Fact]
    public async Task MatchAndKeyThatNeverMeet_AreShown()
    {
        (await TryAsync(Item, """{"id":"ONE","text":"one"}""", """{"sku":"a","labelId":"one"}""")).Error.ShouldEndWith(
            "label: 0 of 1 match values found a row; 'one' is a match value and 'ONE' a key: they differ in the case of letters, which a computed column with case: lower makes equal\n");
        (await TryAsync(Item, """{"id":1,"text":"one"}""", """{"sku":"a","labelId":1.0}""")).Error.ShouldEndWith(
            "label: 0 of 1 match values found a row; '1.0' is a match value and '1' a key: they are one number written in two ways, and texts are compared\n");
        (await TryAsync(Item, """{"id":"x1","text":"one"}""", """{"sku":"a","labelId":"one"}""")).Error.ShouldEndWith(
            "label: 0 of 1 match values found a row: 'one' is a match value, 'x1' a key. Do labelId and id mean the same?\n");
        (await TryAsync(Item, """{"id":"x1","text":"one"}""", """{"sku":"a","label":"one"}""")).Error.ShouldEndWith(
            "label: no match values, since no record has a value in labelId; labels has rows for 1 keys\n");
        (await TryAsync(Item.Replace("strategy", "where: { ok: true }, strategy", StringComparison.Ordinal), """{"id":"x1","text":"one"}""", """{"sku":"a","labelId":"x1"}""")).Error.ShouldEndWith(
            "label: 0 of 1 match values found a row; 1 only rows that where leaves out\n");
    }

    [Fact]
    public async Task FilesThatAreMissingOrForNobody_AreSaid()
    {
        _folder.Write("data/lables.ndjson", Labels);
        _folder.Write("data/notes.txt", "");
        var run = await TryAsync(Item, labels: null, Items);

        run.Error.ShouldContain(
            $"""

            {_folder.Path}/data/lables.ndjson is not read: the entity's files are labels.ndjson, items.ndjson
            {_folder.Path}/data/notes.txt is not read: the entity's files are labels.ndjson, items.ndjson
            {_folder.Path}/data/labels.ndjson does not exist: its topic has no rows
            read: 4 of items

            """);
        run.Error.ShouldEndWith("label: 0 of 1 match values found a row: labels has no rows with a value in id\n");
        run.Status.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"sku":"a"}""" + "\n{oops", "items.ndjson(2): not JSON: ")]
    [InlineData("""{"labelId":1}""", "items.ndjson(1): the document has no value at 'sku' for its key")]
    public async Task BadLine_IsNamed_AndNothingRuns(string items, string error)
    {
        var run = await TryAsync(Item, Labels, items);

        run.Error.ShouldStartWith($"{_folder.Path}/data/{error}");
        run.Output.ShouldBeEmpty();
        run.Status.ShouldBe(1);
    }

    [Theory]
    [InlineData("order-shipping", "order-shipping", "reconciliation")]
    [InlineData("orders-search", "orders-search", "read model")]
    [InlineData("items-feed", "items-merged", "feed")]
    public async Task AnotherKind_IsRefusedWithTheWayOut(string file, string name, string kind)
    {
        var run = await CommandRun.Of("try", file);

        run.Output.ShouldBeEmpty();
        run.Error.ShouldStartWith($"'{name}' in ");
        run.Error.ShouldContain($"{file}.yaml is a {kind}; try runs entities. explain ");
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task WhatCannotRun_IsSaid()
    {
        var file = _folder.Write("item.yaml", Item.Replace("shuffle", "shufle", StringComparison.Ordinal) + "\nx: 1\n");
        var run = await CommandRun.Of("try", file);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith(file + "(", StringComparison.Ordinal));
        run.Error.ShouldContain("shufle");
        run.Status.ShouldBe(1);

        _folder.Write("item.yaml", Item);
        (await CommandRun.Of("try", file)).ShouldBe(new CommandRun(1, "", $"{_folder.Path}/examples/item does not exist. It is to hold records of entity 'item': labels.ndjson, items.ndjson.\n"));
        (await TryAsync(Item, Labels, items: null)).ShouldBe(new CommandRun(1, "", $"{_folder.Path}/data/items.ndjson does not exist: without records of the root nothing comes out.\n"));
        var hook = await TryAsync(Item + "\nhook: { type: EntitySync.Hooks.Nobody }\n", Labels, Items);
        hook.Error.ShouldContain("EntitySync.Hooks.Nobody");
        hook.Status.ShouldBe(1);
    }

    [Theory]
    [InlineData("--orders", "3")]
    [InlineData("--last")]
    public async Task Stream_HasNoLastOutputs(params string[] options)
    {
        var run = await TryAsync(Item.Replace(", key: sku", ", kind: stream", StringComparison.Ordinal), Labels, Items, options);

        run.Error.ShouldStartWith("Entity 'item' is a stream: ");
        run.Status.ShouldBe(1);
    }

    [Theory]
    [InlineData("try", "--partitions", "0", "--partitions is 0: 1 to 100 is allowed.")]
    [InlineData("try", "--orders", "10001", "--orders is 10001: 1 to 10000 is allowed.")]
    [InlineData("try", "--orders", "many", "Cannot parse argument 'many' for option '--orders'")]
    [InlineData("demo", "--items", "many", "Cannot parse argument 'many' for option '--items'")]
    public async Task BadNumber_IsRefused(string command, string option, string value, string error)
    {
        var run = await CommandRun.Of(command, "item", option, value);

        run.Error.ShouldContain(error);
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task Hook_WritesTheOutputs()
    {
        var run = await TryAsync(
            Item.Replace("label: text", "minimumDeliveryTime: from, maximumDeliveryTime: to", StringComparison.Ordinal) + "\nhook: { type: EntitySync.Hooks.DeliveryPromise }\n",
            """{"id":1,"from":3,"to":5}""",
            """{"sku":"a","labelId":1}""");

        run.Output.ShouldBe("""{"$key":"a","$value":{"sku":"a","labelId":1,"minimumDeliveryTime":3,"maximumDeliveryTime":5,"deliveryPromise":"3 to 5 days"}}""" + "\n");
        run.Status.ShouldBe(0);
    }

    private Task<CommandRun> TryAsync(string definition, string? labels, string? items, params string[] options)
    {
        Put("labels.ndjson", labels);
        Put("items.ndjson", items);
        return CommandRun.Of(["try", _folder.Write("item.yaml", definition), "--data", Path.Combine(_folder.Path, "data"), .. options]);
    }

    private void Put(string name, string? text)
    {
        var file = _folder.Write("data/" + name, text ?? "");
        if (text is null) File.Delete(file);
    }
}
