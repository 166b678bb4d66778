using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Tests.Definitions;

public sealed class DefinitionLoaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-definitions");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ItemYaml_GivesTheSampleDefinition()
    {
        var result = DefinitionLoader.Load(Path.Combine(Repository.Entities, "item.yaml"));

        result.Problems.ShouldBeEmpty();
        DefinitionText.Of(result.Definitions.ShouldHaveSingleItem()).ShouldBe(DefinitionText.Of(SampleDefinitions.Item()));
    }

    [Fact]
    public void EveryKeyOfItem_IsCarriedByTheModel()
    {
        var expected = SampleDefinitions.Item(SampleDefinitions.MissingSet(("minimumDeliveryTime", "null"))) with
        {
            Root = new RootDefinition("items", KeyDefinition.Of(SampleDefinitions.Path("sku")), RootKind.Table, DocumentFormat.Debezium),
            Provision = TopicProvision.Standard,
        };
        var solr = (SolrIdSourceDefinition)expected.Replay!.Ids;
        expected = expected with { Replay = new ReplayDefinition(solr with { Key = "id", Match = solr.Match.SetItem("deliveryClass", "classes") }, "online:true", 500, 2000) };

        DefinitionText.Of(Samples.Load(Samples.Item)).ShouldBe(DefinitionText.Of(expected));
    }

    [Fact]
    public void NestedCompositeAndEmbedding_AreCarriedByTheModel()
    {
        var definition = Samples.Load(Samples.Profile);

        var stars = definition.Relations[0];
        stars.Key.ToString().ShouldBe("[user, tenant]");
        stars.Match.ToString().ShouldBe("[username, tenant]");
        (stars.Many, stars.Strategy, stars.Missing.Action).ShouldBe((true, Strategy.Shuffle, MissingAction.Drop));
        stars.Embed!.Target.ShouldBe("stars");
        stars.Embed.Fields.Select(field => (field.Target, field.Source.Text, Text(field.Default))).ShouldBe([("starredAt", "at", null), ("note", "text", "\"-\"")]);
        stars.Where.Select(condition => $"{condition.Field}: {string.Join(' ', condition.Values.Select(value => Text(value)))}").ShouldBe(["public: true", "kind: \"star\" 1.0 null"]);
        stars.Order.ShouldBe(new OrderDefinition(SampleDefinitions.Path("at"), OrderDirection.Descending));
        stars.Limit.ShouldBe(100);
        var repo = stars.Relations.ShouldHaveSingleItem();
        (repo.Name, repo.Strategy, repo.Missing.Action).ShouldBe(("repo", Strategy.Shuffle, MissingAction.Reject));
        repo.Embed!.Fields.Select(field => (field.Target, field.Source.Text)).ShouldBe([("name", "name"), ("url", "url")]);
        var payment = definition.Relations[1];
        (payment.Strategy, payment.Missing.Action, payment.Many).ShouldBe((Strategy.Broadcast, MissingAction.Omit, false));
        payment.Pick.ShouldBe(new PickDefinition(PickOrder.Max, SampleDefinitions.Path("validFrom")));
        var ids = definition.Replay!.Ids.ShouldBeOfType<DynamoDbIdSourceDefinition>();
        (ids.Table, ids.Key, ids.Segments).ShouldBe(("users", "email", 8));
        ids.Indexes.ShouldBe([KeyValuePair.Create("payment", new DynamoDbIndexDefinition("by-user", "username"))]);
        (definition.Replay.PageSize, definition.Replay.RatePerSecond, definition.Replay.Filter).ShouldBe((1000, null, null));
        (definition.Emit.When, definition.Emit.Once, definition.Emit.Complete.Length).ShouldBe((EmitWhen.OnChange, true, 0));
        definition.Hook.ShouldBeNull();
    }

    [Fact]
    public void ComputedKeysHookAndCompleteness_AreCarriedByTheModel()
    {
        var definition = Samples.Load(Samples.Order);

        definition.Root.Key.ToString().ShouldBe("{ template: \"{region}/{number}\", case: lower }");
        var manufactured = definition.Relations[0];
        manufactured.Key.ToString().ShouldBe("[order, { template: \"{maker}-{sku}\", case: upper }]");
        manufactured.Match.ToString().ShouldBe("[number, { template: \"{lines[].maker}-{lines[].sku}\", case: upper }]");
        (manufactured.Key.IsMany, manufactured.Match.IsMany).ShouldBe((false, true));
        (definition.Emit.When, definition.Emit.Once, string.Join(' ', definition.Emit.Complete)).ShouldBe((EmitWhen.OnChange, false, "manufactured customer"));
        definition.Hook.ShouldBe(new HookDefinition("Acme.Hooks", "Acme.Hooks.Weight"));
    }

    [Fact]
    public void HookWithoutAssembly_IsInTheProjectForHooks() =>
        Samples.Load(Samples.Order.With("  assembly: Acme.Hooks\n", "")).Hook.ShouldBe(new HookDefinition("EntitySync.Hooks", "Acme.Hooks.Weight"));

    [Fact]
    public void EmissionWithoutWhen_IsOnChangeForTablesThatTheTopologyJoins()
    {
        When(Samples.Profile.With("  when: on-change\n", "")).ShouldBe(EmitWhen.OnChange);
        When(Samples.Profile.With("emit:\n  when: on-change\n  once: true\n", "")).ShouldBe(EmitWhen.OnChange);
        When(Samples.Item.With("  when: always\n", "")).ShouldBe(EmitWhen.Always);
        When(Samples.Profile.With("emit:\n  when: on-change\n  once: true\n", "").With("match: username\n    pick", "match: username\n    strategy: lookup\n    pick")).ShouldBe(EmitWhen.Always);
        When(Samples.Order.With("  topic: orders\n", "  topic: orders\n  kind: stream\n").With("  format: debezium\nrelations", "relations")).ShouldBe(EmitWhen.Always);

        static EmitWhen When(string yaml) => Samples.Load(yaml).Emit.When;
    }

    private static string? Text(ImmutableArray<byte>? json) => json is { } bytes ? Encoding.UTF8.GetString(bytes.AsSpan()) : null;

    /// <summary>A key that the grammar allows but nobody reads would be a silent lie to its author.</summary>
    [Theory]
    [InlineData(Samples.Item)]
    [InlineData(Samples.Profile)]
    [InlineData(Samples.Order)]
    public void RemovingAnyKey_ChangesTheModelOrIsAProblem(string yaml)
    {
        // These say what holds without them anyway.
        string[] defaults = ["kind: table", "when: always", "when: on-change", "once: false"];
        var whole = DefinitionText.Of(Samples.Load(yaml));
        var lines = yaml.Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            if (defaults.Contains(lines[i].Trim()) || (lines[i] == "emit:" && yaml == Samples.Item)) continue;
            var indent = Indent(lines[i]);
            var end = i + 1;
            while (end < lines.Length - 1 && Indent(lines[end]) > indent) end++;
            var result = DefinitionLoader.LoadText(string.Join('\n', lines[..i].Concat(lines[end..])), "item.yaml");
            if (result.IsValid) DefinitionText.Of(result.Definitions[0]).ShouldNotBe(whole, lines[i]);
        }
    }

    [Fact]
    public void StrategiesMixedSideBySide_AreAllowed()
    {
        var definition = Samples.Load(Samples.Profile
            .With("match: username\n    pick", "match: username\n    strategy: lookup\n    pick")
            .With("emit:\n  when: on-change\n  once: true\n", ""));

        definition.Relations.Select(relation => relation.Strategy).ShouldBe([Strategy.Shuffle, Strategy.Lookup]);
    }

    [Theory]
    [InlineData("shuffle", Strategy.Shuffle)]
    [InlineData("broadcast", Strategy.Broadcast)]
    public void FormatOfARelation_IsCarriedByTheModel(string strategy, Strategy expected)
    {
        var relation = Samples.Load(Samples.Item.With("strategy: lookup", $"strategy: {strategy}\n    format: debezium")).Relations[0];

        (relation.Strategy, relation.Format, relation.IsFromTable).ShouldBe((expected, DocumentFormat.Debezium, false));
    }

    [Theory]
    [InlineData("omit", MissingAction.Omit)]
    [InlineData("drop", MissingAction.Drop)]
    [InlineData("reject", MissingAction.Reject)]
    public void MissingWord_IsTheAction(string word, MissingAction action) =>
        Samples.Load(Samples.Item.With("missing:\n      set:\n        minimumDeliveryTime: null", "missing: " + word)).Relations[0].Missing
            .ShouldBe(new MissingRule(action, []));

    [Theory]
    [InlineData("null", "null")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("true", "true")]
    [InlineData("False", "false")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("12", "12")]
    [InlineData("-0", "-0")]
    [InlineData("+012", "12")]
    [InlineData("12.50", "12.50")]
    [InlineData("-.5", "-0.5")]
    [InlineData("5.", "5.0")]
    [InlineData("5.e3", "5.0e3")]
    [InlineData("1E-3", "1E-3")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("0b1", "\"0b1\"")]
    [InlineData("12345678901234567890.123450", "12345678901234567890.123450")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("REF INCONNUE é <ok>", "\"REF INCONNUE é <ok>\"")]
    [InlineData("\"a\\\"b\\n\\u00e9\"", "\"a\\\"b\\né\"")]
    [InlineData("[1, two, [], {}]", "[1,\"two\",[],{}]")]
    [InlineData("{ a: 1.0, b: { c: null } }", "{\"a\":1.0,\"b\":{\"c\":null}}")]
    public void Constant_IsJsonByTheCoreSchema(string yaml, string json)
    {
        var missing = Samples.Load(Samples.Item.With("minimumDeliveryTime: null", "minimumDeliveryTime: " + yaml)).Relations[0].Missing;

        missing.Constants.Select(constant => (constant.Target, Encoding.UTF8.GetString([.. constant.Json]))).ShouldBe([("minimumDeliveryTime", json)]);
    }

    [Fact]
    public void Folder_GivesTheCatalogByEntity()
    {
        Write("b.yaml", Samples.Item);
        Write("a.yaml", Samples.Profile);
        Write("notes.txt", "not a definition");

        DefinitionLoader.LoadCatalog(_folder.FullName).All.Select(definition => (definition.Entity, Path.GetFileName(definition.SourceFile)))
            .ShouldBe([("item", "b.yaml"), ("user-profile", "a.yaml")]);
    }

    [Fact]
    public void FolderWithMistakes_ThrowsAllOfThemOneALine()
    {
        Write("a.yaml", Samples.Item.With("strategy: lookup", "strategy: lookpu").With("pageSize: 500", "pageSize: 0"));
        Write("b.yaml", "");
        Write("c.yml", Samples.Profile);

        var exception = Should.Throw<InvalidDefinitionException>(() => DefinitionLoader.LoadCatalog(_folder.FullName));

        exception.Message.Replace(_folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Split('\n').ShouldBe(
        [
            "c.yml(1,1): found the ending .yml, allowed: .yaml.",
            "a.yaml(20,15): relations.deliveryClass.strategy: found 'lookpu', allowed: lookup, broadcast, shuffle. Did you mean 'lookup'?",
            "a.yaml(34,13): replay.pageSize: found '0', allowed: a whole number from 1 to 10000.",
            "b.yaml(1,1): found an empty file, allowed: a definition (see README.md beside the definitions).",
        ]);
        exception.Problems.Length.ShouldBe(4);
    }

    [Fact]
    public void SameEntityInTwoFiles_IsAProblem()
    {
        Write("a.yaml", Samples.Item);
        Write("b.yaml", "# copy\n" + Samples.Item);

        FolderProblems().ShouldBe(["b.yaml(2,9): entity: an entity is defined twice: found 'item', also in a.yaml, allowed: a name of its own."]);
    }

    [Fact]
    public void TwoEntitiesWithOneOutput_IsAProblem()
    {
        Write("a.yaml", Samples.Item);
        Write("b.yaml", Samples.Profile.With("topic: user-profiles", "topic: items-merged"));

        FolderProblems().ShouldBe(["b.yaml(50,10): output.topic: two definitions write one topic: found 'items-merged', also written by entity 'item' in a.yaml, allowed: a topic of its own."]);
    }

    [Theory]
    [InlineData("item-replay")]
    [InlineData("item-updates")]
    [InlineData("item-dead-letters")]
    public void OutputThatIsAnInternalTopicOfAnother_IsAProblem(string topic)
    {
        Write("b.yaml", Samples.Item);
        Write("a.yaml", Samples.Profile.With("topic: user-profiles", "topic: " + topic));

        FolderProblems().ShouldBe([$"b.yaml(1,9): entity: two definitions write one topic: found '{topic}', also written by entity 'user-profile' in a.yaml, allowed: a topic of its own."]);
    }

    [Fact]
    public void FileThatIsNotThere_IsAProblem() =>
        DefinitionLoader.Load(Path.Combine(_folder.FullName, "none.yaml")).Problems.ShouldHaveSingleItem().Message.ShouldBe("cannot be read");

    [Fact]
    public void FolderThatIsNotThereOrEmpty_IsAProblem()
    {
        DefinitionLoader.LoadFolder(Path.Combine(_folder.FullName, "none")).Problems.ShouldHaveSingleItem().Message.ShouldBe("cannot be read");
        FolderProblems().ShouldHaveSingleItem().ShouldEndWith("(1,1): found no *.yaml file, allowed: at least one definition.");
    }

    [Fact]
    public void BytesThatAreNotUtf8_AreAProblem()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "a.yaml"), [.. "# item\nentity: "u8, 0xC3, 0x28]);

        FolderProblems().ShouldBe(["a.yaml(2,9): not UTF-8: found byte 0xC3, allowed: UTF-8 text."]);
    }

    [Fact]
    public void FileOverTheLimit_IsAProblemAndNotParsed()
    {
        Write("a.yaml", Samples.Item + new string('#', DefinitionLoader.LargestFile));

        FolderProblems().ShouldBe([$"a.yaml(1,1): too large: found {DefinitionLoader.LargestFile + Samples.Item.Length} bytes, allowed: at most {DefinitionLoader.LargestFile}."]);
    }

    [Fact]
    public void TenThousandLines_Load()
    {
        var fields = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"      f{i}: x{i}\n"));

        Samples.Load(Samples.Item.With("      minimumDeliveryTime: minimumTime\n", "      minimumDeliveryTime: minimumTime\n" + fields)).Relations[0].Set.Length.ShouldBe(10_002);
    }

    [Fact]
    public void ThousandsOfRelationsThatMeet_AreCutAtTheLimit()
    {
        var relations = string.Concat(Enumerable.Range(0, 2_500).Select(i => $"  r{i}: {{ from: items, key: id, match: sku, embed: sku, strategy: shuffle }}\n"));
        var problems = Samples.Problems(Samples.Item.With("emit:\n", relations + "emit:\n"));

        problems.Length.ShouldBe(201);
        problems[0].ShouldBe("item.yaml(21,15): relations.r0.from: a relation to itself: found 'items', the topic of the root, allowed: another topic, such as a copy of these rows with just the fields that are needed.");
        problems[^1].ShouldBe("item.yaml(2535,1): too many problems to list: found 7299 more, allowed: 200 are listed.");
    }

    [Fact]
    public void ByteOrderMarkAndCarriageReturns_DoNotMatter() =>
        DefinitionText.Of(Samples.Load("\ufeff" + Samples.Item.Replace("\n", "\r\n", StringComparison.Ordinal))).ShouldBe(DefinitionText.Of(Samples.Load(Samples.Item)));

    private string[] FolderProblems() =>
        [.. DefinitionLoader.LoadFolder(_folder.FullName).Problems.Select(problem => problem.ToString().Replace(_folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))];

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private static int Indent(string line) => line.Length - line.TrimStart().Length;
}
