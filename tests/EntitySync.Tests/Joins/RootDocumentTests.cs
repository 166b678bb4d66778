using System.Text;
using EntitySync.Core.Joins;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

public sealed class RootDocumentTests
{
    [Theory]
    [InlineData("""{"sku":"A"}""")]
    [InlineData(""" { "x" : [ { "sku" : "B" } , [ 1 ] ] , "sku" : "A" } """)]
    [InlineData("""{"sku":"\u0041"}""")]
    [InlineData("""{"\ud800":1,"sku":"A","x":"\ud800"}""")] // half a surrogate pair is valid JSON, but no name that a definition can hold
    [InlineData("""{"\u0073ku":"A"}""")]
    [InlineData("""{"o":{"sku":"B","o":{"sku":"C"}},"sku":"A","n":12345678901234567890.1234500}""")]
    public void GoodDocument_HasNoProblem(string document) => Problem(document).ShouldBeNull();

    [Theory]
    [InlineData("", "document is not JSON: line 1, byte 1")]
    [InlineData("[]", "document is an array, not an object")]
    [InlineData("null", "document is null, not an object")]
    [InlineData("{", "document is not JSON: line 1, byte 2")]
    [InlineData("""{"sku":"A"} {}""", "document is not JSON: line 1, byte 13")]
    [InlineData("""{"sku":"A",}""", "document is not JSON: line 1, byte 12")]
    [InlineData("{}", "document has no 'sku'")]
    [InlineData("""{"o":{"sku":"A"}}""", "document has no 'sku'")]
    [InlineData("""{"sku":"B"}""", "record key 'A' differs from 'sku', which is 'B'")]
    [InlineData("""{"sku":1}""", "record key 'A' differs from 'sku', which is '1'")]
    [InlineData("""{"sku":null}""", "'sku' is null; a string or a number equal to the record key is expected")]
    [InlineData("""{"sku":["A"]}""", "'sku' is an array; a string or a number equal to the record key is expected")]
    [InlineData("""{"sku":"A","sku":"A"}""", "property 'sku' appears twice")]
    [InlineData("""{"sku":"A","\u0073ku":"A"}""", "property 'sku' appears twice")]
    [InlineData("""{"sku":"\ud800"}""", "'sku' has half a surrogate pair in its text")]
    public void BadDocument_SaysWhatAndWhere(string document, string problem) => Problem(document).ShouldBe(problem);

    [Fact]
    public void NumberKey_ComparesItsText()
    {
        Problem("""{"sku":1.50}""", key: "1.50").ShouldBeNull();
        Problem("""{"sku":1.5}""", key: "1.50").ShouldBe("record key '1.50' differs from 'sku', which is '1.5'");
    }

    [Fact]
    public void NestedKeyPath_IsFollowed()
    {
        Problem("""{"b":{"id":"B"},"a":{"c":{"id":"C"},"id":"A"},"id":"D"}""", path: "a.id").ShouldBeNull();
        Problem("""{"a":[{"id":"A"}]}""", path: "a.id").ShouldBe("document has no 'a.id'");
        Problem("""{"a":{"id":"A"},"a":{"id":"B"}}""", path: "a.id").ShouldBe("property 'a.id' appears twice");
    }

    [Fact]
    public void InvalidUtf8_IsAProblemEvenInsideAString()
    {
        byte[] document = [.. """{"sku":"A","x":"""u8, (byte)'"', 0xC3, 0x28, (byte)'"', (byte)'}'];
        new RootDocument(SampleDefinitions.Path("sku")).FindProblem(document, "A"u8.ToArray()).ShouldBe("document is not UTF-8");
    }

    [Fact]
    public void TooDeepOrTooLarge_IsAProblem()
    {
        Problem($$"""{"sku":"A","d":{{new string('[', 64)}}{{new string(']', 64)}}}""").ShouldBe("document is not JSON: line 1, byte 79");
        var large = Encoding.UTF8.GetBytes($$"""{"sku":"A","x":"{{new string('x', RootDocument.MaxBytes)}}"}""");
        new RootDocument(SampleDefinitions.Path("sku")).FindProblem(large, "A"u8.ToArray()).ShouldBe($"document of {large.Length} bytes is larger than 8388608");
    }

    [Fact]
    public void LongKeys_AreQuotedShort() =>
        Problem($$"""{"sku":"{{new string('b', 5000)}}"}""", key: new string('a', 5000)).ShouldNotBeNull().Length.ShouldBeLessThan(250);

    private static string? Problem(string document, string key = "A", string path = "sku") =>
        new RootDocument(SampleDefinitions.Path(path)).FindProblem(Encoding.UTF8.GetBytes(document), Encoding.UTF8.GetBytes(key));
}
