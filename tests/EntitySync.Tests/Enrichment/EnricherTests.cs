using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

public sealed class EnricherTests
{
    private readonly InMemoryReferenceTables _tables = new();

    public EnricherTests()
    {
        Class("express", """{"name":"express","minimumTime":1,"maximumTime":2}""");
        Class("standard", """{"name":"standard","minimumTime":3,"maximumTime":5}""");
        Class("bulky", """{"name":"bulky","minimumTime":12345678901234567890.1234500,"maximumTime":1e400}""");
        Class("untimed", """{"name":"untimed"}""");
        Class("nulltime", """{"name":"nulltime","minimumTime":null,"maximumTime":9}""");
    }

    [Theory]
    [InlineData("""{"sku":"a","deliveryClasses":["standard","express"]}""", """{"sku":"a","deliveryClasses":["standard","express"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""")]
    [InlineData("""{"sku":"a","deliveryClasses":["bulky"]}""", """{"sku":"a","deliveryClasses":["bulky"],"minimumDeliveryTime":12345678901234567890.1234500,"maximumDeliveryTime":1e400}""")]
    [InlineData("""{"sku":"a","deliveryClasses":["untimed","unknown","standard"]}""", """{"sku":"a","deliveryClasses":["untimed","unknown","standard"],"minimumDeliveryTime":3,"maximumDeliveryTime":5}""")]
    [InlineData("""{"sku":"a","deliveryClasses":[null,"express",null,"express"]}""", """{"sku":"a","deliveryClasses":[null,"express",null,"express"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""")]
    [InlineData("""{"sku":"a","deliveryClasses":["exp\u0072ess"]}""", """{"sku":"a","deliveryClasses":["exp\u0072ess"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""")]
    [InlineData("""{"sk\u0075":"\u0061","deliveryClasse\u0073":["express"]}""", """{"sk\u0075":"\u0061","deliveryClasse\u0073":["express"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""")]
    public void ClassesFound_SmallestMinimumTimeWins(string root, string expected) => Item(root).ShouldBe(expected);

    [Theory]
    [InlineData("""{"sku":"a"}""", """{"sku":"a","minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"sku":"a","deliveryClasses":null}""", """{"sku":"a","deliveryClasses":null,"minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"sku":"a","deliveryClasses":[]}""", """{"sku":"a","deliveryClasses":[],"minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"sku":"a","deliveryClasses":[null]}""", """{"sku":"a","deliveryClasses":[null],"minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"sku":"a","deliveryClasses":["unknown"]}""", """{"sku":"a","deliveryClasses":["unknown"],"minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"sku":"a","deliveryClasses":["untimed","nulltime"]}""", """{"sku":"a","deliveryClasses":["untimed","nulltime"],"minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"minimumDeliveryTime":7,"sku":"a"}""", """{"minimumDeliveryTime":null,"sku":"a","maximumDeliveryTime":null}""")]
    public void NothingUsable_MissingSetWritesConstants(string root, string expected) => Item(root).ShouldBe(expected);

    [Theory]
    [InlineData("""{"minimumDeliveryTime":[1,{"x":2}],"sku":"a","maximumDeliveryTime":"?","deliveryClasses":["express"]}""", """{"minimumDeliveryTime":1,"sku":"a","maximumDeliveryTime":2,"deliveryClasses":["express"]}""")]
    [InlineData(" {\n  \"sku\" : \"a\" ,\n  \"deliveryClasses\" : [ \"express\" ] ,\n  \"minimumDeliveryTime\"  :  9\n}\n", " {\n  \"sku\" : \"a\" ,\n  \"deliveryClasses\" : [ \"express\" ] ,\n  \"minimumDeliveryTime\"  :  1,\"maximumDeliveryTime\":2\n}\n")]
    [InlineData("""{"sku":"a","x":12345678901234567890.1234500,"y":"\u00e9\/\ud83d\ude00","z":{"sku":"b","sku":"c","deliveryClasses":7},"deliveryClasses":["express"]}""", """{"sku":"a","x":12345678901234567890.1234500,"y":"\u00e9\/\ud83d\ude00","z":{"sku":"b","sku":"c","deliveryClasses":7},"deliveryClasses":["express"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""")]
    [InlineData("""{"sku":"a","other":1,"other":2,"lone":"\ud800","deliveryClasses":["express"]}""", """{"sku":"a","other":1,"other":2,"lone":"\ud800","deliveryClasses":["express"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""")]
    public void UntouchedParts_AreCarriedThroughByteByByte(string root, string expected) => Item(root).ShouldBe(expected);

    [Theory]
    [InlineData("""{"sku":"a","minimumDeliveryTime":7,"maximumDeliveryTime":8}""", """{"sku":"a"}""")]
    [InlineData("""{"minimumDeliveryTime":7,"maximumDeliveryTime":8,"sku":"a"}""", """{"sku":"a"}""")]
    [InlineData("""{"minimumDeliveryTime":7,"sku":"a","maximumDeliveryTime":8}""", """{"sku":"a"}""")]
    [InlineData("""{"minimumDeliveryTime":7,"sku":"a","x":1,"maximumDeliveryTime":8,"y":2}""", """{"sku":"a","x":1,"y":2}""")]
    [InlineData("""{ "minimumDeliveryTime" : 7 , "sku" : "a" , "maximumDeliveryTime" : 8 , "y" : 2 }""", """{ "sku" : "a" , "y" : 2 }""")]
    public void Omit_RemovesTargetsTheRootCarries(string root, string expected) => Item(root, MissingRule.Omit).ShouldBe(expected);

    [Fact]
    public void Drop_EmitsNothing() =>
        OneDocument.Enrich(SampleDefinitions.Item(new MissingRule(MissingAction.Drop, [])), "a", """{"sku":"a","deliveryClasses":["unknown"]}""", _tables)
            .ShouldBe((EnrichmentOutcome.Dropped, null));

    [Theory]
    [InlineData("""{"sku":"a"}""", "relation 'deliveryClass' has no key in 'deliveryClasses[]'")]
    [InlineData("""{"sku":"a","deliveryClasses":["x","y"]}""", "relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'x', 'y'")]
    public void Reject_NamesTheKeys(string root, string reason) =>
        OneDocument.Enrich(SampleDefinitions.Item(new MissingRule(MissingAction.Reject, [])), "a", root, _tables).ShouldBe((EnrichmentOutcome.Rejected(reason), null));

    [Fact]
    public void SetSourceAbsentInTheRow_IsWrittenAsNull()
    {
        Class("half", """{"name":"half","minimumTime":0}""");
        Item("""{"sku":"a","deliveryClasses":["half","express"]}""").ShouldBe("""{"sku":"a","deliveryClasses":["half","express"],"minimumDeliveryTime":0,"maximumDeliveryTime":null}""");
    }

    [Fact]
    public void NumberAsKey_MatchesByItsText()
    {
        Class("7.0", """{"minimumTime":1,"maximumTime":2}""");
        Item("""{"sku":"a","deliveryClasses":[7.0,7]}""").ShouldBe("""{"sku":"a","deliveryClasses":[7.0,7],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""");
        OneDocument.Emit(SampleDefinitions.Item(), "12.50", """{"sku":12.50}""", _tables).ShouldBe("""{"sku":12.50,"minimumDeliveryTime":null,"maximumDeliveryTime":null}""");
    }

    [Theory]
    [InlineData(PickOrder.Min, "tie-a")]
    [InlineData(PickOrder.Max, "tie-a")]
    [InlineData(PickOrder.First, "tie-b")]
    public void Tie_GoesToTheSmallestKeyOrToTheFirst(PickOrder order, string winner)
    {
        Class("tie-a", """{"name":"tie-a","minimumTime":1.0}""");
        Class("tie-b", """{"name":"tie-b","minimumTime":1}""");
        Class("tie-c", """{"name":"tie-c","minimumTime":10e-1}""");
        var definition = Change(relation => relation with { Pick = new PickDefinition(order, SampleDefinitions.Path("minimumTime")), Set = [new FieldMapping("class", SampleDefinitions.Path("name"))] });
        OneDocument.Emit(definition, "a", """{"sku":"a","deliveryClasses":["tie-b","tie-c","tie-a"]}""", _tables)
            .ShouldBe($$"""{"sku":"a","deliveryClasses":["tie-b","tie-c","tie-a"],"class":"{{winner}}"}""");
    }

    [Fact]
    public void OnlyOne_EmbedsTheRow_AndRejectsTwo()
    {
        var definition = Change(relation => relation with { Pick = null, Set = [], Embed = new EmbedDefinition("class", []) });
        OneDocument.Emit(definition, "a", """{"sku":"a","deliveryClasses":["unknown","express"]}""", _tables)
            .ShouldBe("""{"sku":"a","deliveryClasses":["unknown","express"],"class":{"maximumTime":2,"minimumTime":1,"name":"express"}}""");
        OneDocument.Enrich(definition, "a", """{"sku":"a","deliveryClasses":["standard","express"]}""", _tables).Outcome
            .ShouldBe(EnrichmentOutcome.Rejected("relation 'deliveryClass' finds more than one row in 'delivery-classes' and does not pick: 'standard', 'express'"));
    }

    [Fact]
    public void Many_EmbedsAListWithRenamedFields()
    {
        var definition = Change(relation => relation with
        {
            Pick = null,
            Many = true,
            Set = [],
            Embed = new EmbedDefinition("classes", [new FieldMapping("na\"me", SampleDefinitions.Path("name")), new FieldMapping("min", SampleDefinitions.Path("minimumTime"))]),
        });
        OneDocument.Emit(definition, "a", """{"classes":0,"sku":"a","deliveryClasses":["untimed","unknown","express","untimed"]}""", _tables)
            .ShouldBe("""{"classes":[{"na\"me":"untimed","min":null},{"na\"me":"express","min":1}],"sku":"a","deliveryClasses":["untimed","unknown","express","untimed"]}""");
    }

    [Fact]
    public void ManyRowsThatMakeTheOutputTooLarge_AreRejected()
    {
        var definition = Change(relation => relation with { Pick = null, Many = true, Set = [], Embed = new EmbedDefinition("classes", []) });
        const string root = """{"sku":"a","deliveryClasses":["standard","express"]}""";
        int Bytes(string key) => _tables.Find("delivery-classes", key)!.Json.Length;
        var bytes = root.Length + Bytes("standard") + Bytes("express");

        OneDocument.Enrich(definition, "a", root, _tables, new EnrichmentLimits { MaximumOutputBytes = bytes }).Outcome.ShouldBe(EnrichmentOutcome.Emitted);
        OneDocument.Enrich(definition, "a", root, _tables, new EnrichmentLimits { MaximumOutputBytes = bytes - 1 }).Outcome
            .ShouldBe(EnrichmentOutcome.Rejected($"the output would have some {bytes} bytes, more than {bytes - 1}"));
    }

    [Fact]
    public void NestedPaths_FindKeysBelowObjectsAndArrays()
    {
        _tables.Put("countries", "de", """{"tax":{"rate":0.190}}""");
        var definition = SampleDefinitions.Item() with
        {
            Root = new RootDefinition("items", KeyDefinition.Of(SampleDefinitions.Path("id.sku"))),
            Relations =
            [
                Change(relation => relation with { Match = KeyDefinition.Of(SampleDefinitions.Path("lines[].class")) }).Relations[0],
                new RelationDefinition
                {
                    Name = "country",
                    From = "countries",
                    Key = KeyDefinition.Of(SampleDefinitions.Path("code")),
                    Match = KeyDefinition.Of(SampleDefinitions.Path("address.country")),
                    Set = [new FieldMapping("rate", SampleDefinitions.Path("tax.rate"))],
                    Strategy = Strategy.Lookup,
                },
            ],
        };
        OneDocument.Emit(definition, "a", """{"address":{"x":[],"country":"de"},"lines":[{"class":"standard"},{},{"class":null},{"class":"express"}],"id":{"sku":"a"}}""", _tables)
            .ShouldBe("""{"address":{"x":[],"country":"de"},"lines":[{"class":"standard"},{},{"class":null},{"class":"express"}],"id":{"sku":"a"},"minimumDeliveryTime":1,"maximumDeliveryTime":2,"rate":0.190}""");
    }

    [Fact]
    public void EveryPropertyOmitted_NewOnesFollowTheBrace()
    {
        var omitted = Change(relation => relation with { Set = [new FieldMapping("sku", SampleDefinitions.Path("name"))] });
        var definition = omitted with
        {
            Relations = [omitted.Relations[0], omitted.Relations[0] with { Name = "second", Set = [new FieldMapping("x", SampleDefinitions.Path("name"))], Missing = SampleDefinitions.MissingSet(("x", "14"), ("y", "15")) }],
        };
        OneDocument.Emit(definition, "a", """{ "sku":"a" }""", _tables).ShouldBe("""{ "x":14,"y":15 }""");
    }

    [Fact]
    public void OtherStrategies_AreLeftToTheTopology()
    {
        var definition = Change(relation => relation with { Strategy = Strategy.Broadcast });
        OneDocument.Emit(definition, "a", """{"sku":"a","deliveryClasses":["express"]}""", _tables).ShouldBe("""{"sku":"a","deliveryClasses":["express"]}""");
    }

    [Fact]
    public void WhatALookupCannotDo_IsSaidAtOnce()
    {
        Wrong(relation => relation with { Key = KeyDefinition.Of(SampleDefinitions.Path("a"), SampleDefinitions.Path("b")), Match = KeyDefinition.Of(SampleDefinitions.Path("a"), SampleDefinitions.Path("b")) })
            .ShouldBe("Entity 'item': relation 'deliveryClass' has the composite key '[a, b]'; a reference table is looked up by one field.");
        Wrong(relation => relation with { Key = KeyTexts.Key("lower:a") })
            .ShouldBe("Entity 'item': relation 'deliveryClass' has the computed key '{ template: \"{a}\", case: lower }'; a reference table is looked up by a field as it stands.");
        Wrong(relation => relation with { Match = KeyTexts.Key("a", "b") }).ShouldBe("Entity 'item': relation 'deliveryClass' matches 2 columns with a key of 1.");
        Wrong(relation => relation with { Key = KeyTexts.Key("a[]") }).ShouldBe("Entity 'item': relation 'deliveryClass' has the key 'a[]', which goes through an array.");
        Wrong(relation => relation with { Key = KeyTexts.Key("a", "a.b"), Match = KeyTexts.Key("a", "b"), Strategy = Strategy.Broadcast }, isJoined: true)
            .ShouldBe("Entity 'item': relation 'deliveryClass' uses 'a' of its row both as a value and as something to look into.");
        Wrong(relation => relation with { Relations = [relation] }).ShouldContain("relations of its own");
        Wrong(relation => relation with { Many = true }).ShouldContain("many");
        Wrong(relation => relation with { Match = KeyDefinition.Of(SampleDefinitions.Path("sku.x")) }).ShouldBe("Entity 'item': 'sku' is used both as a value and as something to look into.");
        Wrong(relation => relation with { Set = [.. relation.Set, relation.Set[0]] }).ShouldBe("Entity 'item': field 'minimumDeliveryTime' is written twice.");

        static string Wrong(Func<RelationDefinition, RelationDefinition> change, bool isJoined = false) =>
            Should.Throw<InvalidRequestException>(() => isJoined ? Enricher.CompileJoined(Change(change)) : Enricher.Compile(Change(change))).Message;
    }

    private static EntityDefinition Change(Func<RelationDefinition, RelationDefinition> change)
    {
        var item = SampleDefinitions.Item(MissingRule.Omit);
        return item with { Relations = [change(item.Relations[0])] };
    }

    private string Item(string root, MissingRule? missing = null) => OneDocument.Emit(SampleDefinitions.Item(missing), "a", root, _tables);

    private void Class(string name, string json) => _tables.Put("delivery-classes", name, json);
}
