using System.Text;
using System.Text.Json;
using EntitySync.Local.Solr;

namespace EntitySync.Tests.Local.Solr;

/// <summary>What the local search server answers, over plain HTTP.</summary>
public class SolrServerTests
{
    [Theory]
    [InlineData("*:*", "a b c d")]
    [InlineData("colour:red", "a d")]
    [InlineData("colour:\"dark red\"", "b")]
    [InlineData("colour:(red OR \"dark red\")", "a b d")]
    [InlineData("colour:(red blue)", "a c d")]
    [InlineData("-colour:red", "b c")]
    [InlineData("NOT colour:red AND size:2", "b c")]
    [InlineData("colour:red AND size:1", "a")]
    [InlineData("colour:red AND -size:1", "d")]
    [InlineData("colour:blue OR (colour:red AND size:2)", "c d")]
    [InlineData("colour:blue size:1", "a c")]
    [InlineData("tags:x", "a b")]
    [InlineData("tags:*", "a b")]
    [InlineData("-tags:*", "c d")]
    [InlineData("online:false", "c")]
    [InlineData("{!terms f=colour}red,blue", "a c d")]
    [InlineData("{!terms f=colour separator=';' v='dark red;blue'}", "b c")]
    [InlineData("{!terms f=colour v=$absent}", "")]
    [InlineData("sku:b", "b")]
    public async Task Filter_FindsExactly(string filter, string expected)
    {
        await using var server = await StartAsync();

        var answer = await SelectAsync(server, ("fq", filter), ("q", "*:*"));

        string.Join(' ', answer.GetProperty("response").GetProperty("docs").EnumerateArray().Select(document => document.GetProperty("sku").GetString())).ShouldBe(expected);
    }

    [Theory]
    [InlineData("fq", "weight:3", "undefined field weight")]
    [InlineData("fq", "colour:", "SyntaxError")]
    [InlineData("fq", "colour:[a TO b]", "SyntaxError")]
    [InlineData("fq", "{!terms f=colour", "SyntaxError")]
    [InlineData("fq", "{!func}x", "invalid query parser")]
    [InlineData("cursorMark", "*", "requires a sort containing a uniqueKey")]
    [InlineData("sort", "colour asc", "requires a sort containing a uniqueKey")]
    [InlineData("sort", "sku", "Sort Order")]
    [InlineData("rows", "many", "For input string")]
    public async Task BadRequest_Is400WithSolrsErrorShape(string name, string value, string message)
    {
        await using var server = await StartAsync();

        var answer = await SelectAsync(server, expectedStatus: 400, (name, value));

        answer.GetProperty("responseHeader").GetProperty("status").GetInt32().ShouldBe(400);
        answer.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(400);
        answer.GetProperty("error").GetProperty("msg").GetString().ShouldNotBeNull().ShouldContain(message);
    }

    [Fact]
    public async Task StartWithCursor_Is400()
    {
        await using var server = await StartAsync();

        await SelectAsync(server, expectedStatus: 400, ("cursorMark", "*"), ("sort", "sku asc"), ("start", "1"));
    }

    [Fact]
    public async Task Keys_AreSortedByTheirUtf8Bytes()
    {
        await using var server = await SolrServer.StartAsync();
        var collection = server.Collection("things", "sku");
        foreach (var key in new[] { "\uffee", "𝟙", "z", "é", "Z" }) collection.Upsert(key, Encoding.UTF8.GetBytes("{}"));

        var answer = await SelectAsync(server, ("sort", "sku asc"), ("fl", "sku"));

        // Ordinal comparison of .NET strings would put the surrogate pair before U+FFEE.
        answer.GetProperty("response").GetProperty("docs").EnumerateArray().Select(document => document.GetProperty("sku").GetString()).ShouldBe(["Z", "z", "é", "\uffee", "𝟙"]);
    }

    private static async Task<SolrServer> StartAsync()
    {
        var server = await SolrServer.StartAsync();
        var collection = server.Collection("things", "sku");
        collection.Upsert("d", """{"sku":"d","colour":"red","size":2,"online":true,"nested":{"colour":"blue"}}"""u8);
        collection.Upsert("a", """{"sku":"a","colour":"red","size":1,"online":true,"tags":["x","y"]}"""u8);
        collection.Upsert("c", """{"sku":"c","colour":"blue","size":2,"online":false,"tags":[null]}"""u8);
        collection.Upsert("b", """{"sku":"b","colour":"dark red","size":2,"online":true,"tags":["x"]}"""u8);
        return server;
    }

    private static Task<JsonElement> SelectAsync(SolrServer server, params (string Name, string Value)[] form) => SelectAsync(server, 200, form);

    private static async Task<JsonElement> SelectAsync(SolrServer server, int expectedStatus, params (string Name, string Value)[] form)
    {
        using var client = new HttpClient();
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await client.PostAsync(new Uri(server.Url + "/things/select"), content);
        ((int)response.StatusCode).ShouldBe(expectedStatus);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
