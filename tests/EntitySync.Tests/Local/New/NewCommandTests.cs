using EntitySync.Core.Definitions;
using EntitySync.Tests.Definitions;
using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.New;

public sealed class NewCommandTests : IDisposable
{
    private static readonly string Items = Path.Combine(Repository.Entities, "examples", "item");

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ItemSamples_GiveACommentedDefinition()
    {
        var run = await CommandRun.Of("new", "--entity", "item", "--root", $"items={Items}/items.ndjson", "--relation", $"deliveryClass=delivery-classes={Items}/delivery-classes.ndjson", "-o", "-");

        run.Output.ShouldBe("""
            # yaml-language-server: $schema=./entity.schema.json
            #
            # Inferred from sample records. Read it before it runs; what is marked unsure or likely wants a look at more data than the samples.
            entity: item

            root:
              topic: items
              key: sku                          # in all 12 sampled records, never twice (likely; or name); equals the record key

            relations:
              deliveryClass:
                from: delivery-classes
                key: name
                match: deliveryClasses[]        # 5 of 6 sampled values have a row (sure)
                many: true                      # a parent has several keys; pick would take one row of them
                embed: deliveryClass
                fields: [minimumTime, maximumTime, carrier, note]
                missing: { set: { deliveryClass: [] } } # an empty list when there is no row
                strategy: broadcast             # or lookup, shuffle: the output is the same

            output: { topic: items-merged }

            """);
        run.Error.ShouldBe("""
            root.key: sku: in all 12 sampled records, never twice (likely; or name)
            relations.deliveryClass: deliveryClasses[] = name of delivery-classes: 5 of 6 sampled values have a row (sure)
            relations.deliveryClass.many: true: a parent has several keys; pick would take one row of them

            """);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task ChangeEventsNestedRelationsAndCompositeKeys_AreInferred()
    {
        var users = _folder.Write("users.ndjson", """
            {"before":null,"after":{"id":1,"email":"a@x.org","username":"anna","payment_id":"p1"},"source":{"db":"x"},"op":"c"}
            {"schema":null,"payload":{"before":null,"after":{"id":2,"email":"b@x.org","username":"ben","payment_id":"p2"},"source":{"db":"x"},"op":"r"}}
            {"before":null,"after":{"id":2,"email":"b@x.org","username":"benny","payment_id":"p2"},"source":{"db":"x"},"op":"u"}
            {"before":{"id":3},"after":null,"source":{"db":"x"},"op":"d"}
            {"before":null,"after":{"id":3,"email":"c@x.org","username":"cleo","payment_id":null},"source":{"db":"x"},"op":"c"}
            """);
        var stars = _folder.Write("stars.ndjson", """
            {"username":"anna","repo_owner":"acme","repo_name":"lib","starred_at":"2024-01-01"}
            {"username":"anna","repo_owner":"acme","repo_name":"app","starred_at":"2024-01-02"}
            {"username":"ben","repo_owner":"zeta","repo_name":"lib","starred_at":"2024-01-03"}

            {"username":"ben","repo_owner":"acme","repo_name":"lib","starred_at":"2024-01-04"}
            """);
        var repos = _folder.Write("repos.ndjson", """
            {"owner":"acme","name":"lib","description":"A library","star count":3}
            {"owner":"acme","name":"app","description":"An app"}
            {"owner":"zeta","name":"lib","description":"Another"}
            """);
        var payments = _folder.Write("payments.ndjson", """
            {"$key":"p1","$value":{"id":"p1","verified":false}}
            {"$key":"p2","$value":{"id":"p2","verified":false}}
            {"$key":"p1","$value":{"id":"p1","verified":true}}
            {"$key":"p9","$value":null}
            """);
        var file = Path.Combine(_folder.Path, "profile.yaml");
        string[] arguments = ["new", "--entity", "user-profile", "--root", $"users={users}", "--root-key", "email", "--relation", $"stars.repo=repos={repos}", "--relation", $"stars=stars={stars}",
            "--relation", $"payment=payments={payments}", "--strategy", "shuffle", "--output", "profiles", "-o", file];
        var run = await CommandRun.Of(arguments);

        run.Error.ShouldBeEmpty();
        run.Status.ShouldBe(0);
        var text = File.ReadAllText(file);
        text[text.IndexOf("entity:", StringComparison.Ordinal)..].ShouldBe("""
            entity: user-profile

            root:
              topic: users
              key: email                        # as told; becomes the entity's key
              format: debezium                  # the sampled records are change events

            relations:
              stars:
                from: stars
                key: username
                match: username                 # 2 of 3 sampled values have a row (sure)
                many: true                      # a key comes with several rows
                # order: { by: starred_at, direction: descending }
                embed: stars
                fields: [repo_owner, repo_name, starred_at]
                missing: { set: { stars: [] } } # an empty list when there is no row
                strategy: shuffle               # or broadcast: the output is the same
                relations:
                  repo:
                    from: repos
                    key: [owner, name]
                    match: [repo_owner, repo_name] # 3 of 3 sampled values have a row (sure)
                    embed: repo
              payment:
                from: payments
                key: id
                match: payment_id               # 2 of 2 sampled values have a row (sure)
                embed: payment
                fields: [verified]
                strategy: shuffle               # or lookup, broadcast: the output is the same

            output: { topic: profiles }

            """);
        var remarks = run.Output.Split('\n');
        remarks.ShouldContain("relations.stars.relations.repo.fields: the whole row is embedded");
        remarks[^2].ShouldBe($"{file} is written.");
        (await CommandRun.Of("validate", file)).Status.ShouldBe(0);

        (await CommandRun.Of(arguments)).ShouldBe(new CommandRun(1, "", $"{file} exists already; --force overwrites it.\n"));
        (await CommandRun.Of([.. arguments, "--force"])).ShouldBe(run);
        File.ReadAllText(file).ShouldBe(text);
    }

    [Fact]
    public async Task NamesThatYamlWouldReadOtherwise_AreQuoted()
    {
        var root = _folder.Write("root.ndjson", """
            {"é é":1,"true":"a","x:#":"k1","label":"own"}
            {"é é":2,"true":"b","x:#":"k2","label":"own"}
            """);
        var rows = _folder.Write("rows.ndjson", """{"😀":"k1","null":1,"1e3":2,"#a":"\"\\"}""");
        var run = await CommandRun.Of("new", "--entity", "007", "--root", $"1.0={root}", "--root-key", "true", "--relation", $"label=null={rows}", "--match", "label=x:#=😀", "-o", "-");

        run.Status.ShouldBe(0, run.Error);
        var definition = DefinitionLoader.LoadText(run.Output, "new.yaml").Definitions.Single();
        (definition.Entity, definition.Root.Topic, $"{definition.Root.Key}").ShouldBe(("007", "1.0", "true"));
        var relation = definition.Relations.Single();
        ($"{relation.Key}", $"{relation.Match}", relation.From, relation.Embed!.Target).ShouldBe(("😀", "x:#", "null", "labelRow"));
        relation.Embed.Fields.Select(field => field.Target).ShouldBe(["null", "1e3", "#a"]);
    }

    public static TheoryData<string, string, string, string> Roots => new()
    {
        { "{\"id\":1,\"status\":\"a\"}\n{\"id\":2,\"status\":\"b\"}", "", "id", "Table" },
        { "{\"status\":\"a\",\"itemId\":1,\"id\":7}\n{\"status\":\"b\",\"itemId\":2,\"id\":8}", "", "itemId", "Table" }, // the entity's name says more than 'id'
        { "{\"id\":\"x\",\"line\":1}\n{\"id\":\"x\",\"line\":2}", "", "line", "Table" },
        { "{\"id\":\"x\",\"status\":\"a\"}\n{\"id\":\"x\",\"status\":\"b\"}\n{\"id\":\"y\",\"status\":\"b\"}", "", "", "Stream" }, // 'status' looks like no key
        { "{\"orderId\":\"x\",\"lineId\":\"1\"}\n{\"orderId\":\"x\",\"lineId\":\"2\"}\n{\"orderId\":\"y\",\"lineId\":\"1\"}", "", "[orderId, lineId]", "Table" },
        { "{\"id\":1,\"price\":1.5}\n{\"price\":2.5}", "", "", "Stream" }, // 'id' is not always there, a price is no key
        { "{\"$key\":\"b\",\"$value\":{\"id\":1,\"code\":\"b\"}}\n{\"$key\":\"b\",\"$value\":{\"id\":2,\"code\":\"b\"}}", "", "code", "Table" }, // the record key says it
        { "{\"id\":1}\n{\"id\":2}", "--stream", "", "Stream" },
    };

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task RootKey_IsWhatIsAlwaysThereAndNeverTwice(string samples, string option, string key, string kind)
    {
        var tagged = samples.Split('\n').Select(line => line.Insert(line.LastIndexOf('{') + 1, "\"tag\":\"t\","));
        var root = _folder.Write("root.ndjson", string.Join('\n', tagged));
        var rows = _folder.Write("rows.ndjson", "{\"code\":\"t\"}");
        string[] arguments = ["new", "--entity", "item", "--root", $"items={root}", "--relation", $"tag=tags={rows}", "--match", "tag=tag=code", "-o", "-"];
        var run = await CommandRun.Of(option.Length > 0 ? [.. arguments, option] : arguments);

        run.Status.ShouldBe(0, run.Error);
        var definition = DefinitionLoader.LoadText(run.Output, "new.yaml").Definitions.Single();
        $"{definition.Root.Kind}".ShouldBe(kind);
        (definition.Root.Key.Columns.IsEmpty ? "" : $"{definition.Root.Key}").ShouldBe(key);
    }

    public static TheoryData<string[], string> Refusals => new()
    {
        { ["--entity", "item"], "Nobody is here to be asked: --entity, --root and at least one --relation must be given.\n" },
        { ["--entity", "item", "--root", "items", "--relation", "a=b=c"], "--root items: TOPIC=FILE is expected, such as items=items.ndjson.\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "a=b"], "--relation a=b: NAME=TOPIC=FILE is expected, such as repo=repos=repos.ndjson, or stars.repo=... for a relation of the rows of stars.\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "a=b=ROWS", "--match", "a=x,y=z"], "--match a=x,y=z: NAME=MATCH=KEY is expected, as many fields on each side, such as repo=owner,name=owner,name.\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "a=b=ROWS", "--match", "c=id=id"], "--match c: there is no relation of that name.\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "a=b=ROWS", "--match", "a=no=id"], "--match a: no record of items has 'no'. They have id, list[].\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "x.a=b=ROWS"], "--relation x.a: there is no relation 'x' before it.\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--root-key", "no", "--relation", "a=b=ROWS"], "--root-key no: no record of items has it. They have id, list[].\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "a=b=BAD"], "BAD(2): found array, a JSON object is expected.\n" },
        { ["--entity", "item", "--root", "items=ROOT", "--relation", "a=b=ROWS"], "Relation 'a': no field of items has values in common with one of b. Give samples that belong together, or name the fields: --match a=FIELD_OF_items=FIELD_OF_b.\n" },
        { ["--entity", "item", "--root", "items=EMPTY", "--relation", "a=b=ROWS"], "EMPTY has no records: one JSON object a line is expected.\n" },
        { ["--entity", "a b", "--root", "items=ROOT", "--relation", "a=b=ROWS", "--match", "a=id=code"], "Nothing is written" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task WhatCannotBeUsed_IsTold(string[] arguments, string error)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ROOT"] = _folder.Write("root.ndjson", "{\"id\":\"x1\",\"list\":[\"l\"]}"),
            ["ROWS"] = _folder.Write("rows.ndjson", "{\"code\":\"y1\"}"),
            ["BAD"] = _folder.Write("bad.ndjson", "{\"id\":\"x1\"}\n[]\n"),
            ["EMPTY"] = _folder.Write("empty.ndjson", "\n \n"),
        };
        string WithFiles(string text) => files.Aggregate(text, (result, file) => result.Replace(file.Key, file.Value, StringComparison.Ordinal));

        var run = await CommandRun.Of(["new", "-o", "-", .. arguments.Select(WithFiles)]);

        run.Error.ShouldContain(WithFiles(error));
        run.Output.ShouldBeEmpty();
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task Samples_AreBounded()
    {
        var root = _folder.Write("root.ndjson", string.Concat(Enumerable.Range(0, 10_000).Select(id => $"{{\"id\":\"i{id}\"}}\n")) + "this line is not read\n");
        var rows = _folder.Write("rows.ndjson", "{\"itemId\":\"i1\"}\n{\"a\":\"" + new string('x', 1024 * 1024) + "\"}\n");
        var run = await CommandRun.Of("new", "--entity", "item", "--root", $"items={root}", "--relation", $"a=b={rows}", "-o", "-");

        run.Error.ShouldBe($"{rows}(2): longer than 1048576 bytes.\n");
    }
}
