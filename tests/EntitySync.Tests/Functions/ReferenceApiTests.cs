using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Functions;
using EntitySync.Testing;
using EntitySync.Tests.ReferenceTables;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

/// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
public sealed class ReferenceApiTests
{
    private readonly TestClock _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));
    private readonly FakeReferenceRowStore _store = new();
    private readonly TestLambdaContext _context = new() { RemainingTime = TimeSpan.FromSeconds(29) };
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    [Fact]
    public async Task NewRow_Is201_WithVersionAndTag_ThenReplacedIs200()
    {
        var created = await PutAsync("express", """{"minimumTime":1,"maximumTime":2}""");
        created.ToJsonString().ShouldBe(
            """{"statusCode":201,"headers":{"X-Content-Type-Options":"nosniff","Content-Type":"application/json","ETag":"\u00221000000\u0022"},"body":"{\u0022key\u0022:\u0022express\u0022,\u0022version\u0022:1000000}","isBase64Encoded":false}""");
        Describe(await PutAsync("express", """{"minimumTime":2,"maximumTime":3}""")).ShouldBe("""200 "1000001" {"key":"express","version":1000001}""");
        Describe(await GetAsync("express")).ShouldBe("""200 "1000001" {"maximumTime":3,"minimumTime":2,"name":"express"}""");
    }

    [Fact]
    public async Task Get_NotModifiedAndMissing()
    {
        _store.PutByHand("delivery-classes", "express", """{"minimumTime":1}""", new AttributeValue { N = "5" });
        Describe(await GetAsync("express", ("if-none-match", "\"5\""))).ShouldBe("304 \"5\" -");
        Describe(await GetAsync("express", ("if-none-match", "\"4\", W/\"5\""))).ShouldBe("304 \"5\" -");
        Describe(await GetAsync("express", ("if-none-match", "\"4\""))).ShouldBe("""200 "5" {"minimumTime":1,"name":"express"}""");
        Describe(await GetAsync("express", ("if-match", "\"4\""))).ShouldStartWith("412 \"5\" ");
        (await GetAsync("slow"))["statusCode"]!.GetValue<int>().ShouldBe(404);
    }

    [Theory]
    [InlineData("If-Match", "\"5\"", 200)]
    [InlineData("if-match", "\"4\", \"5\"", 200)]
    [InlineData("if-match", "*", 200)]
    [InlineData("if-match", "\"4\"", 412)]
    [InlineData("if-match", "W/\"5\"", 412)]
    [InlineData("if-match", "\"other\"", 412)]
    [InlineData("if-none-match", "*", 412)]
    [InlineData("if-none-match", "\"5\"", 412)]
    [InlineData("if-match", "5", 400)]
    [InlineData("if-none-match", "\"", 400)]
    public async Task PutWithCondition_OnAPresentRow(string header, string value, int status)
    {
        _store.PutByHand("delivery-classes", "express", "{}", new AttributeValue { N = "5" });
        var response = await PutAsync("express", "{}", (header, value));
        response["statusCode"]!.GetValue<int>().ShouldBe(status);
        if (status == 412) ((string?)response["headers"]!["ETag"]).ShouldBe("\"5\"");
    }

    [Theory]
    [InlineData("if-match", "*", 412)]
    [InlineData("if-match", "\"5\"", 412)]
    [InlineData("if-none-match", "*", 201)]
    public async Task PutWithCondition_OnNoRow(string header, string value, int status) =>
        (await PutAsync("express", "{}", (header, value)))["statusCode"]!.GetValue<int>().ShouldBe(status);

    [Fact]
    public async Task Delete_204Then404_And412()
    {
        _store.PutByHand("delivery-classes", "express", "{}", new AttributeValue { N = "5" });
        Describe(await SendAsync(Event("DELETE", "express", null, ("if-match", "\"4\"")))).ShouldStartWith("412 \"5\" ");
        Describe(await SendAsync(Event("DELETE", "express", null, ("if-match", "\"5\"")))).ShouldBe("204 - -");
        Describe(await SendAsync(Event("DELETE", "express", null, ("if-match", "\"5\"")))).ShouldStartWith("404 - ");
    }

    [Theory]
    [InlineData("100%25 é/+ x", "100%25 é/+ x")]
    [InlineData("a b", "a b")]
    public async Task PathParameters_AreTakenAsTheyAre(string key, string expected)
    {
        (await PutAsync(key, "{}"))["statusCode"]!.GetValue<int>().ShouldBe(201);
        _store.Json("delivery-classes", expected).ShouldNotBeNull();
    }

    [Fact]
    public async Task RawPath_IsPercentDecoded_WhenThereAreNoPathParameters()
    {
        var request = Event("PUT", "ignored", "{}");
        request.Remove("pathParameters");
        request["rawPath"] = "/v1/reference-tables/delivery-classes/rows/100%25%20%C3%A9%2Fx";
        (await SendAsync(request))["statusCode"]!.GetValue<int>().ShouldBe(201);
        _store.Json("delivery-classes", "100% é/x").ShouldNotBeNull();
    }

    [Fact]
    public async Task BodyInBase64_WithByteOrderMark_IsRead()
    {
        var request = Event("PUT", "express", Convert.ToBase64String([0xEF, 0xBB, 0xBF, .. "{\"a\":\"é\"}"u8]));
        request["isBase64Encoded"] = true;
        (await SendAsync(request))["statusCode"]!.GetValue<int>().ShouldBe(201);
        _store.Json("delivery-classes", "express").ShouldBe("""{"_version":1000000,"a":"é","name":"express"}""");
    }

    [Theory]
    [InlineData("labels", "PUT", "{}", 404, "No such reference table.")]
    [InlineData("delivery-classes", "PUT", "[]", 400, "The row must be one JSON object.")]
    [InlineData("delivery-classes", "PUT", null, 400, "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 1.")]
    [InlineData("delivery-classes", "PUT", """{"name":"slow"}""", 400, "'name' is 'slow' but the row was sent to key 'express'.")]
    [InlineData("delivery-classes", "PUT", """{"a":1e999}""", 400, "Field 'a' is outside of DynamoDB's range of numbers (1E-130 to 9.99E+125).")]
    [InlineData("delivery-classes", "PATCH", "{}", 405, "A row takes GET, PUT and DELETE.")]
    public async Task BadRequest_IsAProblem(string table, string method, string? body, int status, string detail)
    {
        var request = Event(method, "express", body);
        request["pathParameters"]!["table"] = table;
        var response = await SendAsync(request);
        ((string?)response["headers"]!["Content-Type"]).ShouldBe("application/problem+json");
        var problem = JsonNode.Parse((string)response["body"]!)!;
        ((int)response["statusCode"]!, (int)problem["status"]!, (string?)problem["type"], (string?)problem["detail"]).ShouldBe((status, status, "about:blank", detail));
    }

    [Fact]
    public async Task TooLargeCompressedOrBrokenBody_IsRefused()
    {
        (await PutAsync("express", $$"""{"a":"{{new string('x', 256 * 1024)}}"}"""))["statusCode"]!.GetValue<int>().ShouldBe(413);
        (await PutAsync("express", "{}", ("content-encoding", "gzip")))["statusCode"]!.GetValue<int>().ShouldBe(415);
        var request = Event("PUT", "express", "not base64!");
        request["isBase64Encoded"] = true;
        (await SendAsync(request))["statusCode"]!.GetValue<int>().ShouldBe(400);
    }

    [Fact]
    public async Task Throttled_Is503_MisconfiguredIs500_WithoutDetails()
    {
        _store.BeforeRead = _ => throw new TransientException("secret table throttled");
        var busy = await PutAsync("express", "{}");
        ((int)busy["statusCode"]!, (string?)busy["headers"]!["Retry-After"]).ShouldBe((503, "1"));
        ((string)busy["body"]!).ShouldNotContain("secret");
        _store.BeforeRead = _ => throw new InvalidRequestException("secret table missing");
        var broken = await PutAsync("express", "{}");
        ((int)broken["statusCode"]!).ShouldBe(500);
        ((string)broken["body"]!).ShouldNotContain("secret");
    }

    [Fact]
    public async Task Bulk_EveryLineHasItsResult_InOrder()
    {
        _store.PutByHand("delivery-classes", "express", "{}", new AttributeValue { N = "5" });
        var response = await BulkAsync("""
            {"name":"express","minimumTime":1}

            {"minimumTime":1}
            {"name":"slow","minimumTime":1}
            nonsense
            {"name":"slow","minimumTime":2}
            {"name":"odd","_version":1}
            {"name":"huge","n":1e200}
            """.ReplaceLineEndings("\r\n"));
        ((int)response["statusCode"]!).ShouldBe(207);
        ((string?)response["headers"]!["Content-Type"]).ShouldBe("application/x-ndjson");
        ((string)response["body"]!).Split('\n').ShouldBe(
        [
            """{"line":1,"key":"express","version":1000000,"status":200}""",
            """{"line":3,"status":400,"error":"'name', the row's key, is missing."}""",
            """{"line":4,"key":"slow","version":1000000,"status":201}""",
            """{"line":5,"status":400,"error":"The row is not valid JSON (or deeper than 32 levels) at line 1, byte 2."}""",
            """{"line":6,"key":"slow","version":1000001,"status":200}""",
            """{"line":7,"status":400,"error":"'_version' is set by this service; leave it out and use If-Match."}""",
            """{"line":8,"key":"huge","status":400,"error":"Field 'n' is outside of DynamoDB's range of numbers (1E-130 to 9.99E+125)."}""",
            "",
        ]);
        _store.Json("delivery-classes", "slow").ShouldBe("""{"_version":1000001,"minimumTime":2,"name":"slow"}""");
    }

    [Fact]
    public async Task BulkAllGood_Is200_AtMostEightAtOnce_EachKeyInItsOrder()
    {
        _store.BeforeWrite = async _ => await Task.Yield();
        var body = string.Concat(Enumerable.Range(0, 400).Select(number => $$"""{"name":"class-{{number % 40}}","round":{{number / 40}}}""" + "\n"));
        var response = await BulkAsync(body);
        ((int)response["statusCode"]!).ShouldBe(200);
        ((string)response["body"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (int)JsonNode.Parse(line)!["line"]!).ShouldBe(Enumerable.Range(1, 400));
        Enumerable.Range(0, 40).ShouldAllBe(number => _store.Json("delivery-classes", $"class-{number}")!.Contains("\"round\":9"));
        _store.MostWritesAtOnce.ShouldBeLessThanOrEqualTo(8);
    }

    [Fact]
    public async Task BulkOutOfTime_TheRestIsAnswered503()
    {
        _store.BeforeWrite = _ =>
        {
            if (_store.Log.Count == 2) _context.RemainingTime = TimeSpan.FromSeconds(2);
            return Task.CompletedTask;
        };
        var response = await BulkAsync(string.Concat(Enumerable.Range(0, 5).Select(number => $$"""{"name":"same","n":{{number}}}""" + "\n")));
        ((string)response["body"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (int)JsonNode.Parse(line)!["status"]!).ShouldBe([201, 200, 200, 503, 503]);
        _store.Log.Count.ShouldBe(3);
    }

    [Fact]
    public async Task BulkThrottled_OnlyThatLineFails()
    {
        _store.BeforeRead = key => key == "b" ? throw new TransientException("throttled") : Task.CompletedTask;
        var response = await BulkAsync("{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"name\":\"c\"}");
        ((string)response["body"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (int)JsonNode.Parse(line)!["status"]!).ShouldBe([201, 503, 201]);
    }

    [Fact]
    public async Task Bulk_IsBounded_AndEmptyIsFine()
    {
        Describe(await BulkAsync("\n\n")).ShouldBe("200 - ");
        ((int)(await BulkAsync(new string('\n', 5 * 1024 * 1024)))["statusCode"]!).ShouldBe(413);
        ((int)(await BulkAsync(string.Concat(Enumerable.Repeat("{}\n", 10_001))))["statusCode"]!).ShouldBe(413);
        var get = Event("GET", null, null);
        ((int)(await SendAsync(get))["statusCode"]!).ShouldBe(405);
    }

    [Fact]
    public async Task UnknownPath_Is404()
    {
        var request = Event("GET", "express", null);
        request.Remove("pathParameters");
        request["rawPath"] = "/v1/other";
        ((int)(await SendAsync(request))["statusCode"]!).ShouldBe(404);
    }

    private Task<JsonNode> PutAsync(string key, string body, params (string Name, string Value)[] headers) => SendAsync(Event("PUT", key, body, headers));

    private Task<JsonNode> GetAsync(string key, params (string Name, string Value)[] headers) => SendAsync(Event("GET", key, null, headers));

    private Task<JsonNode> BulkAsync(string body) => SendAsync(Event("POST", null, body));

    private async Task<JsonNode> SendAsync(JsonObject request)
    {
        var rows = new ReferenceRows(_store, _clock, () => 0);
        var api = new ReferenceApi(
            new ReferenceTableCatalog(new EntityCatalog([SampleDefinitions.Item()])), rows, new ReferenceBulk(rows, NullLogger<ReferenceBulk>.Instance), _clock, NullLogger<ReferenceApi>.Instance);
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(request.ToJsonString()));
        var response = await api.HandleAsync(_serializer.Deserialize<APIGatewayHttpApiV2ProxyRequest>(input), _context);
        using var output = new MemoryStream();
        _serializer.Serialize(response, output);
        return JsonNode.Parse(output.ToArray())!;
    }

    private static string Describe(JsonNode response) => $"{response["statusCode"]} {(string?)response["headers"]!["ETag"] ?? "-"} {(string?)response["body"] ?? "-"}";

    // As API Gateway sends it: header names in lower case, path parameters decoded, the raw path not.
    private static JsonObject Event(string method, string? key, string? body, params (string Name, string Value)[] headers)
    {
        var path = "/reference-tables/delivery-classes/rows" + (key is null ? "" : "/" + Uri.EscapeDataString(key));
        var request = JsonNode.Parse(
            """
            {"version":"2.0","routeKey":"","rawPath":"","rawQueryString":"","headers":{"content-type":"application/json","host":"api.example.com","x-forwarded-proto":"https"},
             "requestContext":{"accountId":"123456789012","apiId":"api-1","authorizer":{"iam":{"accessKey":"A","accountId":"1","callerId":"c","cognitoIdentity":null,"principalOrgId":"o","userArn":"arn:aws:iam::1:user/x","userId":"u"}},
              "domainName":"api.example.com","domainPrefix":"api","http":{"method":"","path":"","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"curl/8"},
              "requestId":"id=","routeKey":"","stage":"v1","time":"12/Mar/2026:19:03:58 +0000","timeEpoch":1773342238000},
             "pathParameters":{"table":"delivery-classes"},"isBase64Encoded":false}
            """)!.AsObject();
        request["rawPath"] = "/v1" + path;
        request["routeKey"] = $"{method} /reference-tables/{{table}}/rows" + (key is null ? "" : "/{key}");
        request["requestContext"]!["http"]!["method"] = method;
        if (key is not null) request["pathParameters"]!["key"] = key;
        if (body is not null) request["body"] = body;
        foreach (var (name, value) in headers) request["headers"]![name] = value;
        return request;
    }
}
