using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

/// <summary>Which related rows count, in which order, how many of them, and defaults.</summary>
public sealed class ShapingTests
{
    private readonly InMemoryReferenceTables _tables = new();

    [Theory]
    [InlineData("1", "a c")]
    [InlineData("1.00", "a c")]
    [InlineData("\"1\"", "b")]
    [InlineData("\"é\"", "d")]
    [InlineData("true", "e")]
    [InlineData("null", "f g")]
    [InlineData("1 null", "a c f g")]
    [InlineData("2", "")]
    public void Where_TakesEqualScalars(string values, string found)
    {
        Rows(("a", "1"), ("b", "\"1\""), ("c", "10e-1"), ("d", "\"\\u00e9\""), ("e", "true"), ("f", "null"), ("g", null), ("h", "[1]"), ("i", "{\"n\":1}"));
        List(relation => relation with { Where = [Where("n", values.Split(' '))] }).ShouldBe(found);
    }

    [Fact]
    public void SeveralFieldsOfWhere_MustAllFit()
    {
        Rows(("a", "1"), ("b", "2"));
        List(relation => relation with { Where = [Where("n", "1", "2"), Where("name", "\"b\"")] }).ShouldBe("b");
    }

    [Theory]
    [InlineData(OrderDirection.Ascending, null, "b a c d e f g")]
    [InlineData(OrderDirection.Descending, null, "e d c a b f g")]
    [InlineData(OrderDirection.Ascending, 1, "b")]
    [InlineData(OrderDirection.Descending, 2, "e d")]
    [InlineData(OrderDirection.Descending, 6, "e d c a b f")]
    [InlineData(null, 3, "f g e")]
    public void OrderAndLimit_GiveTheFirstRows(OrderDirection? direction, int? limit, string found)
    {
        Rows(("a", "2.0"), ("b", "-1e400"), ("c", "10"), ("d", "\"10\""), ("e", "false"), ("g", null), ("f", "[0]"));
        List(relation => relation with { Order = direction is { } given ? new OrderDefinition(Path("n"), given) : null, Limit = limit }, "f g e d c b a").ShouldBe(found);
    }

    [Fact]
    public void Ties_GoByTheRowsKeyInBothDirections()
    {
        Rows(("a", "1"), ("b", "1.0"), ("\uFF01", "1"), ("\U0001F600", "1"));
        foreach (var direction in Enum.GetValues<OrderDirection>())
            List(relation => relation with { Order = new OrderDefinition(Path("n"), direction), Limit = 4 }, "\U0001F600 b \uFF01 a").ShouldBe("a b \uFF01 \U0001F600");
    }

    [Fact]
    public void ThousandsOfRows_AreCutAsTheyCome()
    {
        var names = Enumerable.Range(0, 3000).Select(i => $"k{i:D4}").ToArray();
        Rows([.. names.Select((name, i) => (name, (string?)$"{i * 7919 % 3000}"))]);
        List(relation => relation with { Order = new OrderDefinition(Path("n")), Limit = 5 }, string.Join(' ', names))
            .ShouldBe(string.Join(' ', Enumerable.Range(0, 5).Select(n => names.Single(name => int.Parse(name[1..]) * 7919 % 3000 == n))));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("null", "\"none\"")]
    [InlineData(null, "\"none\"")]
    [InlineData("false", "false")]
    public void Default_StandsForAFieldThatTheRowLacks(string? value, string expected)
    {
        Rows(("a", value));
        var set = Definition(relation => relation with { Many = false, Embed = new EmbedDefinition("e", [Field("n")]), Set = [Field("n")] });
        OneDocument.Emit(set, "k", """{"sku":"k","deliveryClasses":["a"]}""", _tables).ShouldBe($$$"""{"sku":"k","deliveryClasses":["a"],"n":{{{expected}}},"e":{"n":{{{expected}}}}}""");

        static FieldMapping Field(string name) => new(name, Path(name), [.. "\"none\""u8]);
    }

    [Fact]
    public void RowsLeftOut_DoNotCountForOnlyOne_NorForPick_NorForMissing()
    {
        Rows(("a", "1"), ("b", "2"), ("c", "3"));
        const string root = """{"sku":"k","deliveryClasses":["a","b","c"]}""";
        var one = Definition(relation => relation with { Many = false, Embed = null, Set = [new FieldMapping("n", Path("name"))], Where = [Where("n", "2")] });
        OneDocument.Emit(one, "k", root, _tables).ShouldBe("""{"sku":"k","deliveryClasses":["a","b","c"],"n":"b"}""");
        var pick = Change(one, relation => relation with { Where = [Where("n", "2", "3")], Pick = new PickDefinition(PickOrder.Min, Path("n")) });
        OneDocument.Emit(pick, "k", root, _tables).ShouldBe("""{"sku":"k","deliveryClasses":["a","b","c"],"n":"b"}""");
        var first = Change(pick, relation => relation with { Pick = new PickDefinition(PickOrder.First, Path("n")) });
        OneDocument.Emit(first, "k", root, _tables).ShouldBe("""{"sku":"k","deliveryClasses":["a","b","c"],"n":"b"}""");
        var none = Change(one, relation => relation with { Where = [Where("n", "4")], Missing = new MissingRule(MissingAction.Reject, []) });
        OneDocument.Enrich(none, "k", root, _tables).Outcome.ShouldBe(EnrichmentOutcome.Rejected("relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'a', 'b', 'c'"));
    }

    [Fact]
    public void TwoLists_AreArrangedEachForItself()
    {
        Rows(("a", "1"), ("b", "2"), ("c", "3"));
        var definition = Definition(relation => relation with { Order = new OrderDefinition(Path("n"), OrderDirection.Descending), Limit = 2 });
        var second = definition.Relations[0] with { Name = "second", Limit = 1, Order = null, Embed = definition.Relations[0].Embed! with { Target = "more" } };
        definition = definition with { Relations = [definition.Relations[0], SampleDefinitions.Item().Relations[0] with { Name = "between" }, second] };
        OneDocument.Emit(definition, "k", """{"sku":"k","deliveryClasses":["a","b","c"]}""", _tables)
            .ShouldBe("""{"sku":"k","deliveryClasses":["a","b","c"],"list":[{"k":"c"},{"k":"b"}],"minimumDeliveryTime":null,"maximumDeliveryTime":null,"more":[{"k":"a"}]}""");
    }

    [Fact]
    public void RowsBehindTheLimit_DoNotCountForTheOutputsSize()
    {
        Rows(("a", "1"), ("b", "2"));
        var definition = Definition(relation => relation with { Limit = 1 });
        const string root = """{"sku":"k","deliveryClasses":["a","b"]}""";
        OneDocument.Enrich(definition, "k", root, _tables, new EnrichmentLimits { MaximumOutputBytes = root.Length + """{"k":"a"}""".Length }).Outcome.ShouldBe(EnrichmentOutcome.Emitted);
    }

    [Fact]
    public void WhatMakesNoSense_IsSaidAtOnce()
    {
        Wrong(relation => relation with { Many = false, Limit = 1 }).ShouldBe("Entity 'item': relation 'deliveryClass' has 'order' or 'limit' without 'many'.");
        Wrong(relation => relation with { Where = [Where("n[]", "1")] }).ShouldBe("Entity 'item': relation 'deliveryClass' reads 'n[]' of its row, which goes through an array.");
        Wrong(relation => relation with { Order = new OrderDefinition(Path("n[]")) }).ShouldBe("Entity 'item': relation 'deliveryClass' reads 'n[]' of its row, which goes through an array.");

        static string Wrong(Func<RelationDefinition, RelationDefinition> change) => Should.Throw<InvalidRequestException>(() => Enricher.Compile(Definition(change))).Message;
    }

    private string List(Func<RelationDefinition, RelationDefinition> change, string keys = "a b c d e f g h i")
    {
        var root = $$"""{"sku":"k","deliveryClasses":[{{string.Join(',', keys.Split(' ').Select(key => $"\"{key}\""))}}]}""";
        using var output = System.Text.Json.JsonDocument.Parse(OneDocument.Emit(Definition(change), "k", root, _tables));
        return output.RootElement.TryGetProperty("list", out var list) ? string.Join(' ', list.EnumerateArray().Select(row => row.GetProperty("k").GetString())) : "";
    }

    private static EntityDefinition Definition(Func<RelationDefinition, RelationDefinition> change) => Change(SampleDefinitions.Item(MissingRule.Omit), relation => change(relation with
    {
        Pick = null, Set = [], Many = true, Embed = new EmbedDefinition("list", [new FieldMapping("k", Path("name"))]),
    }));

    private static EntityDefinition Change(EntityDefinition definition, Func<RelationDefinition, RelationDefinition> change) => definition with { Relations = [change(definition.Relations[0])] };

    private static WhereCondition Where(string field, params string[] values) => new(Path(field), [.. values.Select(value => Encoding.UTF8.GetBytes(value).ToImmutableArray())]);

    private static FieldPath Path(string text) => SampleDefinitions.Path(text);

    private void Rows(params (string Name, string? Json)[] rows)
    {
        foreach (var (name, json) in rows) _tables.Put("delivery-classes", name, $$"""{"name":"{{name}}"{{(json is null ? "" : $",\"n\":{json}")}}}""");
    }
}
