using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

/// <summary>A root's key of several columns, or a computed one, is the record key's bytes.</summary>
public sealed class ComposedRootKeyTests
{
    private readonly InMemoryReferenceTables _tables = new();

    [Theory]
    [InlineData("""["acme","7"]""", """{"deliveryClasses":[],"id":7,"shop":{"name":"ac\u006de"}}""", null)]
    [InlineData("""["acme",7]""", """{"id":7,"shop":{"name":"acme"}}""", """key differs: the record's is '["acme",7]', '[shop.name, id]' says '["acme","7"]'""")]
    [InlineData("acme", """{"shop":{"name":"acme"}}""", "root key '[shop.name, id]' is absent or null")]
    [InlineData("acme", """{"id":7,"shop":null}""", "root key '[shop.name, id]' is absent or null")]
    [InlineData("acme", """{"id":[7],"shop":null}""", "'id': a string or a number is expected, found an array at byte 6")]
    public void SeveralColumns_AreComparedWithTheRecordKey(string key, string root, string? reason) => Check(KeyTexts.Key("shop.name", "id"), key, root, reason);

    [Theory]
    [InlineData("é@7", """{"id":"É","n":7}""", null)]
    [InlineData("É@7", """{"id":"É","n":7}""", """key differs: the record's is 'É@7', '{ template: "{id}@{n}", case: lower }' says 'é@7'""")]
    public void ComputedKey_IsComparedWithTheRecordKey(string key, string root, string? reason) => Check(KeyTexts.Key("lower:{id}@{n}"), key, root, reason);

    [Fact]
    public void RecordWithoutKey_IsNotCompared()
    {
        var enricher = Enricher.Compile(Definition(KeyTexts.Key("a", "b")));
        enricher.Scan(default, """{"a":[],"b":{"c":1}}"""u8, new EnrichmentBuffer(), out _, hasKey: false).ShouldBe(EnrichmentOutcome.NeedsRows);
        enricher.Scan(default, """{"a":[],"b":{"c":1}}"""u8, new EnrichmentBuffer(), out _, hasKey: true).Kind.ShouldBe(EnrichmentKind.Rejected);
    }

    [Fact]
    public void NoKey_TakesTheRecordKeyAsItIs() => Check(KeyDefinition.None, "anything", """{"sku":[]}""", null);

    [Fact]
    public void ColumnOfTheKeyThatIsAlsoAMatch_ServesBoth()
    {
        _tables.Put("delivery-classes", "express", """{"minimumTime":1,"maximumTime":2}""");
        var definition = Definition(KeyTexts.Key("class", "id"));
        definition = definition with { Relations = [definition.Relations[0] with { Match = KeyTexts.Key("class") }] };
        OneDocument.Emit(definition, """["express","7"]""", """{"id":7,"class":"express"}""", _tables).ShouldBe("""{"id":7,"class":"express","minimumDeliveryTime":1,"maximumDeliveryTime":2}""");
    }

    [Fact]
    public void KeyThatCannotBe_IsRefused()
    {
        Refusal(KeyTexts.Key("a", "lines[].b")).ShouldBe("Entity 'item': the root's key '[a, lines[].b]' goes through an array.");
        Refusal(KeyTexts.Key("a", "a.b")).ShouldBe("Entity 'item': 'a' is used both as a value and as something to look into.");

        static string Refusal(KeyDefinition key) => Should.Throw<InvalidRequestException>(() => Enricher.Compile(Definition(key))).Message;
    }

    private static EntityDefinition Definition(KeyDefinition key) => SampleDefinitions.Item() with { Root = new RootDefinition("items", key) };

    private void Check(KeyDefinition definition, string key, string root, string? reason) =>
        OneDocument.Enrich(Definition(definition), key, root, _tables).Outcome.ShouldBe(reason is null ? EnrichmentOutcome.Emitted : EnrichmentOutcome.Rejected(reason));
}
