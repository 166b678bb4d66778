using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

public sealed class EnricherBadInputTests
{
    private readonly InMemoryReferenceTables _tables = new();

    [Theory]
    [InlineData("", "the value is empty")]
    [InlineData("   ", "not valid JSON at byte 3: ")]
    [InlineData("""{"sku":"a",}""", "not valid JSON at byte 11: ")]
    [InlineData("""{"sku":"a"} x""", "not valid JSON at byte 12: ")]
    [InlineData("""{"sku":"a"}{"sku":"a"}""", "not valid JSON at byte 11: ")]
    [InlineData("""{"sku":"a","x":01}""", "not valid JSON at byte ")]
    [InlineData("""{"sku":"a" /* c */}""", "not valid JSON at byte ")]
    [InlineData("""{"sku":"a","x":""", "not valid JSON at byte ")]
    [InlineData("""["sku"]""", "the document is an array, one object is expected")]
    [InlineData("null", "the document is null, one object is expected")]
    [InlineData("""{"sku":"b"}""", "key differs: the record's is 'a', 'sku' says 'b'")]
    [InlineData("""{"sku":7}""", "key differs: the record's is 'a', 'sku' says '7'")]
    [InlineData("""{"sku":{"a":1}}""", "'sku': a string or a number is expected, found an object at byte 7")]
    [InlineData("""{"sku":"\ud800"}""", "'sku' has half a surrogate pair in its text at byte 7")]
    [InlineData("""{"sku":null}""", "root key 'sku' is absent or null")]
    [InlineData("""{}""", "root key 'sku' is absent or null")]
    [InlineData("""{"sku":"a","deliveryClasses":"express"}""", "'deliveryClasses': an array is expected, found a string at byte 29")]
    [InlineData("""{"sku":"a","deliveryClasses":{"x":1}}""", "'deliveryClasses': an array is expected, found an object at byte 29")]
    [InlineData("""{"sku":"a","deliveryClasses":["x",["y"]]}""", "'deliveryClasses[]': a string or a number is expected, found an array at byte 34")]
    [InlineData("""{"sku":"a","deliveryClasses":[true]}""", "'deliveryClasses[]': a string or a number is expected, found a boolean at byte 30")]
    [InlineData("""{"sku":"a","sku":"a"}""", "property 'sku' appears twice, again at byte 11")]
    [InlineData("""{"sku":"a","sk\u0075":"a"}""", "property 'sku' appears twice, again at byte 11")]
    [InlineData("""{"sku":"a","deliveryClasses":[],"deliveryClasses":[]}""", "property 'deliveryClasses' appears twice, again at byte 32")]
    [InlineData("""{"minimumDeliveryTime":1,"sku":"a","minimumDeliveryTime":1}""", "property 'minimumDeliveryTime' appears twice, again at byte 35")]
    public void UnusableDocument_IsRejectedWithWhatAndWhere(string root, string reason) => Reason(Encoding.UTF8.GetBytes(root)).ShouldStartWith(reason);

    [Fact]
    public void NotUtf8_IsRejectedWithItsPlace() => Reason([.. "{\"sku\":\"a\",\"x\":\"é"u8, 0xC3, (byte)'"', (byte)'}']).ShouldBe("not valid UTF-8 at byte 18");

    [Fact]
    public void ByteOrderMark_IsRejected() => Reason([0xEF, 0xBB, 0xBF, .. """{"sku":"a"}"""u8]).ShouldStartWith("not valid JSON at byte 0");

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Depth_IsBounded(int arrays, bool isSound)
    {
        var root = $$"""{"sku":"a","x":{{new string('[', arrays)}}{{new string(']', arrays)}}}""";
        OneDocument.Enrich(SampleDefinitions.Item(), "a", root, _tables).Outcome.Kind.ShouldBe(isSound ? EnrichmentKind.Emitted : EnrichmentKind.Rejected);
    }

    [Fact]
    public void Size_IsBounded()
    {
        var root = $$"""{"sku":"a","x":"{{new string('x', 1024 * 1024)}}"}""";
        OneDocument.Emit(SampleDefinitions.Item(), "a", root, _tables).Length.ShouldBe(root.Length + ""","minimumDeliveryTime":null,"maximumDeliveryTime":null""".Length);
        OneDocument.Enrich(SampleDefinitions.Item(), "a", root, _tables, new EnrichmentLimits { MaximumDocumentBytes = 1024 * 1024 }).Outcome
            .ShouldBe(EnrichmentOutcome.Rejected($"the document has {root.Length} bytes, more than 1048576"));
    }

    [Fact]
    public void MatchValues_AreBounded()
    {
        var root = $$"""{"sku":"a","deliveryClasses":[{{string.Join(',', Enumerable.Repeat("\"x\"", 4097))}}]}""";
        Reason(Encoding.UTF8.GetBytes(root)).ShouldBe("more than 4096 match values");
    }

    [Fact]
    public void ReasonOfLongTexts_IsBounded()
    {
        var reason = Reason(Encoding.UTF8.GetBytes($$"""{"sku":"{{new string('x', 100_000)}}"}"""));
        reason.Length.ShouldBeLessThan(300);
        reason.ShouldEndWith("(100000 bytes)");
    }

    private string Reason(byte[] root)
    {
        var (outcome, output) = OneDocument.Enrich(SampleDefinitions.Item(), "a"u8.ToArray(), root, _tables);
        output.ShouldBeNull();
        outcome.Kind.ShouldBe(EnrichmentKind.Rejected);
        return outcome.Reason!;
    }
}
