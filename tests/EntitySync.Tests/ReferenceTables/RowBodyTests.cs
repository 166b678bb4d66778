using System.Text;
using EntitySync.Core.ReferenceTables;

namespace EntitySync.Tests.ReferenceTables;

public sealed class RowBodyTests
{
    private static readonly ReferenceTable Table = new("delivery-classes", "name");

    [Theory]
    [InlineData("express", """{"minimumTime":1}""", "express")]
    [InlineData("express", """{"name":"express"}""", "express")]
    [InlineData("é", """{"name":"\u00e9"}""", "é")]
    [InlineData(null, """{"a":{"name":5},"name":"x"}""", "x")]
    [InlineData("x", """{"inner":{"_version":1}}""", "x")]
    public void GoodRow_HasItsKey(string? key, string json, string expected) => Check(key, json).ShouldBe(new RowBodyResult(expected, null));

    [Theory]
    [InlineData("express", "[1]", "The row must be one JSON object.")]
    [InlineData("express", "5", "The row must be one JSON object.")]
    [InlineData("express", "", "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 1.")]
    [InlineData("express", """{"a":1""", "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 7.")]
    [InlineData("express", """{"a":1}{""", "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 8.")]
    [InlineData("express", """{"a":1,}""", "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 8.")]
    [InlineData("express", """{"a":NaN}""", "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 6.")]
    [InlineData("express", """{"name":"standard"}""", "'name' is 'standard' but the row was sent to key 'express'.")]
    [InlineData("5", """{"name":5}""", "'name' is the key and must be text.")]
    [InlineData("express", """{"_version":5}""", "'_version' is set by this service; leave it out and use If-Match.")]
    [InlineData("express", """{"\u005fversion":5}""", "'_version' is set by this service; leave it out and use If-Match.")]
    [InlineData("", "{}", "The key is empty.")]
    [InlineData(null, "{}", "'name', the row's key, is missing.")]
    [InlineData(null, """{"name":""}""", "The key is empty.")]
    [InlineData("express", """{"name":"\ud800"}""", "The row holds text that is not valid Unicode.")]
    public void BadRow_SaysWhy(string? key, string json, string error) => Check(key, json).ShouldBe(new RowBodyResult(null, error));

    [Fact]
    public void LongKey_IsRefusedByItsBytes()
    {
        Check(new string('é', 1024), "{}").Error.ShouldBeNull();
        Check(new string('é', 1024) + "e", "{}").Error.ShouldBe("The key has more than 2048 bytes.");
    }

    [Fact]
    public void Depth_Is32Levels_TheRowIncluded()
    {
        Check("x", Nested(31)).Error.ShouldBeNull();
        Check("x", Nested(32)).Error!.ShouldStartWith("The row is not valid JSON (or deeper than 32 levels)");
    }

    [Fact]
    public void LargeRow_IsRefused() =>
        Check("x", $$"""{"a":"{{new string('x', RowBody.MaximumBytes)}}"}""").Error.ShouldBe("The row has 262152 bytes; at most 262144 are allowed.");

    private static string Nested(int levels) => """{"a":""" + new string('[', levels) + new string(']', levels) + "}";

    private static RowBodyResult Check(string? key, string json) => RowBody.Check(Table, key, Encoding.UTF8.GetBytes(json));
}
