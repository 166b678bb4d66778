using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using static EntitySync.Tests.Enrichment.KeyTexts;

namespace EntitySync.Tests.Enrichment;

/// <summary>Keys of several columns and computed ones: what a root and a related row make of them.</summary>
public sealed class ComposedKeyTests
{
    [Theory]
    [InlineData("""{"b":"lib","x":0,"a":"acme"}""", """["acme","lib"]""")]
    [InlineData("""{"a":7.50,"b":-0e1}""", """["7.50","-0e1"]""")]
    [InlineData("""{"a":"","b":"é\u00e9\ud83d\ude00/\/"}""", """["","éé😀//"]""")]
    [InlineData("""{"a":"\"\\","b":"\b\f\n\r\t\u0000\u001f"}""", """["\"\\","\b\f\n\r\t\u0000\u001f"]""")]
    public void SeveralColumns_MakeAnArrayOfTheirTexts(string document, string key)
    {
        OfRoot(Key("a", "b"), document).ShouldBe([key]);
        OfRow(Key("a", "b"), document).ShouldBe(key);
    }

    [Theory]
    [InlineData("as:{a}/{b.c}", """{"b":{"c":"Lib"},"a":"Acme"}""", "Acme/Lib")]
    [InlineData("lower:{a}/ÄB/{a}", """{"a":"AcMe\u00c9ß"}""", "acmeéß/äb/acmeéß")]
    [InlineData("upper:a", """{"a":"straße µ \ud801\udc28"}""", "STRAßE \u039c \U00010400")]
    [InlineData("lower:a", """{"a":7E1}""", "7e1")]
    [InlineData("as:{{{a}}}", """{"a":"x"}""", "{x}")]
    public void ComputedColumn_IsTextOfFields(string column, string document, string key)
    {
        OfRoot(Key(column), document).ShouldBe([key]);
        OfRow(Key(column), document).ShouldBe(key);
    }

    [Fact]
    public void ComputedColumnAmongSeveral_IsEscapedAfterItsCaseIsChanged()
    {
        const string document = """{"a":"X\u001F\"","b":"Y"}""";
        OfRoot(Key("upper:{a}\t{b}", "b"), document).ShouldBe(["""["X\u001f\"\tY","Y"]"""]);
        OfRow(Key("upper:{a}\t{b}", "b"), document).ShouldBe("""["X\u001f\"\tY","Y"]""");
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"a":"x"}""")]
    [InlineData("""{"a":"x","b":null}""")]
    [InlineData("""{"a":null,"b":"y"}""")]
    public void ColumnWithoutValue_MakesNoKey(string document)
    {
        OfRoot(Key("a", "b"), document).ShouldBeEmpty();
        OfRoot(Key("as:{a}/{b}"), document).ShouldBeEmpty();
        OfRow(Key("a", "b"), document).ShouldBe("none");
        OfRow(Key("as:{a}/{b}"), document).ShouldBe("none");
    }

    [Theory]
    [InlineData("""{"lines":[{"sku":"s1","n":1},{"n":2,"sku":"s2"},{"sku":"s1","n":1}],"shop":"x"}""", """["x","s1","1"] ["x","s2","2"]""")]
    [InlineData("""{"shop":"x","lines":[{"sku":"s1"},{"n":2},null,{"sku":null,"n":3},{"sku":"s4","n":4},{}]}""", """["x","s4","4"]""")]
    [InlineData("""{"shop":"x","lines":[]}""", "")]
    [InlineData("""{"shop":null,"lines":[{"sku":"s1","n":1}]}""", "")]
    public void FieldsOfOneArray_AreCombinedElementByElement(string root, string keys) =>
        OfRoot(Key("shop", "lines[].sku", "lines[].n"), root).ShouldBe(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void ArrayOfArrays_IsCombinedByTheInnerElement() =>
        OfRoot(Key("a[].b[].x", "as:{a[].b[].y}-{z}"), """{"a":[{"b":[{"x":1,"y":2},{"x":3}]},{"b":[{"y":4}]},{"b":[{"y":6,"x":5}]}],"z":"z"}""").ShouldBe(["""["1","2-z"]""", """["5","6-z"]"""]);

    [Fact]
    public void ElementsThemselves_AreCombinedWithTheRoot() =>
        OfRoot(Key("tags[]", "user"), """{"tags":["b",null,"a","b",7],"user":"u"}""").ShouldBe(["""["b","u"]""", """["a","u"]""", """["7","u"]"""]);

    [Fact]
    public void FieldsOfDifferentArrays_AreRefused() =>
        Should.Throw<InvalidRequestException>(() => OfRoot(Key("a[].x", "b[].x"), "{}")).Message
            .ShouldBe("Entity 'item': relation 'deliveryClass': match '[a[].x, b[].x]' goes through different arrays; their elements have no common order.");

    [Fact]
    public void KeysOfAnotherRoot_DoNotReturn()
    {
        var enricher = Enricher.CompileJoined(Matching(Key("tags[]", "user")));
        var buffer = new EnrichmentBuffer();
        OfRoot(enricher, buffer, """{"tags":["a","b"],"user":"u"}""").Count.ShouldBe(2);
        buffer.Clear();
        OfRoot(enricher, buffer, """{"tags":["c"],"user":"v"}""").ShouldBe(["""["c","v"]"""]);
        buffer.Clear();
        OfRoot(enricher, buffer, "{}").ShouldBeEmpty();
    }

    [Fact]
    public void ManyRoots_AllocateNothing()
    {
        var enricher = Enricher.CompileJoined(Matching(Key("lower:{user}", "tags[].x")));
        var buffer = new EnrichmentBuffer();
        var root = """{"tags":[{"x":"\u00e9"},{"x":"a\"b"}],"user":"Üser"}"""u8.ToArray();
        for (var pass = 0; pass < 200; pass++) Scan();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pass = 0; pass < 200; pass++) Scan();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Scan()
        {
            buffer.Clear();
            if (enricher.Scan("k"u8, root, buffer, out var scan).Kind != EnrichmentKind.NeedsRows || scan.KeyCount != 2) throw new InvalidOperationException("not as expected");
        }
    }

    [Fact]
    public void Elements_AreBounded()
    {
        var limits = new EnrichmentLimits { MaximumMatchValues = 3 };
        OfRoot(Key("tags[]", "user"), """{"tags":[1,1,null,1],"user":"u"}""", limits).ShouldBe(["""["1","u"]"""]);
        OfRoot(Key("tags[]", "user"), """{"tags":[1,1,1,1],"user":"u"}""", limits).ShouldBe(["rejected: more than 3 match values"]);
        OfRoot(Key("tags[]", "user"), """{"tags":[1,1,1,1]}""", limits).ShouldBe(["rejected: more than 3 match values"]);
    }

    [Fact]
    public void BytesOfComposedKeys_AreBounded()
    {
        var root = $$"""{"user":"{{new string('u', 100)}}","tags":[1,2,2]}""";
        OfRoot(Key("tags[]", "user"), root, new EnrichmentLimits { MaximumDocumentBytes = 3 * 108 }).Count.ShouldBe(2);
        OfRoot(Key("tags[]", "user"), root, new EnrichmentLimits { MaximumDocumentBytes = (3 * 108) - 1 }).ShouldBe(["rejected: the composed keys have more than 323 bytes"]);
    }

    [Theory]
    [InlineData("""{"a":"x","b":{"c":1}}""", "rejected: 'b': a string or a number is expected, found an object at byte 13", "bad: 'b' is an object; a string or a number is expected")]
    [InlineData("""{"b":true,"a":"x"}""", "rejected: 'b': a string or a number is expected, found a boolean at byte 5", "bad: 'b' is a boolean; a string or a number is expected")]
    [InlineData("""{"a":"x","b":"y","a":null}""", "rejected: property 'a' appears twice, again at byte 17", "bad: property 'a' appears twice")]
    [InlineData("""{"a":"x","b":"\ud800"}""", "rejected: 'b' has half a surrogate pair in its text at byte 13", "bad: related row has half a surrogate pair in its text")]
    public void ColumnThatIsNoText_IsAProblem(string document, string root, string row)
    {
        OfRoot(Key("a", "b"), document).ShouldBe([root]);
        OfRow(Key("a", "b"), document).ShouldBe(row);
    }

    [Fact]
    public void ComposedJoinValue_IsBounded()
    {
        var longest = new string('x', JoinColumn.MaximumValueBytes - """["","y"]""".Length);
        OfRow(Key("a", "b"), $$"""{"a":"{{longest}}","b":"y"}""").ShouldBe($"""["{longest}","y"]""");
        OfRow(Key("a", "b"), $$"""{"a":"{{longest}}z","b":"y"}""").ShouldBe("bad: '[a, b]' has more than 2048 bytes; a join value has at most so many");
    }

    [Fact]
    public void ColumnsInOneObject_AreReadInOnePass() =>
        OfRow(Key("o.a", "lower:{o.b}{c}", "o.a"), """{"c":"C","o":{"b":"\u0042","x":[{}],"a":1}}""").ShouldBe("""["1","bc","1"]""");
}
