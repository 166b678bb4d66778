using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.Replay;
using EntitySync.Functions;
using EntitySync.Testing;
using EntitySync.Tests.ReferenceTables;
using EntitySync.Tests.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Security;

/// <summary>Keys and bodies of callers who mean harm, through the handlers and the serializer that they run with.</summary>
public sealed class HostileRequestTests
{
    /// <summary>What Lambda takes as the answer of a function: 6 MB.</summary>
    private const int LargestAnswer = 6 * 1024 * 1024;

    private readonly FakeReferenceRowStore _store = new();
    private readonly TimeProvider _clock = TimeProvider.System; // a delete waits until its version lies in the past
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    public static TheoryData<string> Keys { get; } =
    [
        "#", "a#b", "a/b", "a%2Fb", "a%252Fb", "..", "../x", "a\nb", "a\r\nb", "a\0b", "\"", "'", "\\", "a\\\"b", "{\"a\":1}", "[\"a\",\"b\"]", "😀", "é", "e\u0301", "\u202E", " ", "a ", "+", "%00", "${x}", "{{x}}", "*",
        new string('k', 2048),
    ];

    /// <summary>Each key is a row of its own: written, read and deleted under exactly these characters, and no other row is touched.</summary>
    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Key_IsTakenAsItIs_AndTouchesNoOther(string key)
    {
        foreach (var other in Keys.Select(row => row.Data).Where(other => other != key)) _store.PutByHand("delivery-classes", other, """{"mine":true}""");
        (await SendAsync("PUT", key, "{}")).Status.ShouldBe(201);
        var found = await SendAsync("GET", key);
        (found.Status, JsonNode.Parse(found.Body)!.ToJsonString()).ShouldBe((200, new JsonObject { ["name"] = key }.ToJsonString()));
        (await SendAsync("DELETE", key)).Status.ShouldBe(204);
        (await SendAsync("GET", key)).Status.ShouldBe(404);
        Keys.Select(row => row.Data).Where(other => other != key).ShouldAllBe(other => _store.Json("delivery-classes", other) != null);
    }

    [Theory]
    [InlineData(2049, "k")]
    [InlineData(1025, "é")]
    [InlineData(1_000_000, "k")]
    public async Task KeyBeyondDynamoDbsBound_Is400(int count, string character)
    {
        var answer = await SendAsync("PUT", string.Concat(Enumerable.Repeat(character, count)), "{}");
        (answer.Status, (string?)JsonNode.Parse(answer.Body)!["detail"]).ShouldBe((400, "The key has more than 2048 bytes."));
        _store.Log.ShouldBeEmpty();
    }

    /// <summary>Every character that JSON escapes, and those the encoder escapes besides: results repeat the keys, once more escaped on their way.</summary>
    [Theory]
    [InlineData("😀", 511)]
    [InlineData("\\\"", 2044)]
    [InlineData("\\u0001", 2044)]
    [InlineData("é", 1022)]
    public async Task BulkOfLongestKeys_HasAnAnswerThatLambdaTakes(string character, int count)
    {
        var longest = string.Concat(Enumerable.Repeat(character, count));
        var lines = ReferenceBulk.MaximumBytes / Encoding.UTF8.GetByteCount(Row(0));
        var answer = await SendAsync("POST", null, string.Concat(Enumerable.Range(0, lines).Select(Row)));
        answer.Status.ShouldBe(200);
        answer.Length.ShouldBeLessThan(LargestAnswer);
        var results = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Select(line => $"{line["line"]} {line["status"]}");
        string.Join(',', results).ShouldBe(string.Join(',', Enumerable.Range(1, lines).Select(line => $"{line} 201")));

        string Row(int number) => $"{{\"name\":\"{number:0000}{longest}\"}}\n";
    }

    [Theory]
    [InlineData("GET", "missing", null, 404)]
    [InlineData("PUT", "a", "[]", 400)]
    [InlineData("PUT", "a", "{}", 201)]
    [InlineData("DELETE", "a", null, 404)]
    [InlineData("PATCH", "a", "{}", 405)]
    [InlineData("POST", null, "{\"name\":\"<script>\"}", 200)]
    public async Task EveryAnswer_SaysThatItsTypeIsMeant(string method, string? key, string? body, int status)
    {
        var answer = await SendAsync(method, key, body);
        (answer.Status, answer.Headers.GetValueOrDefault("X-Content-Type-Options")).ShouldBe((status, "nosniff"));
    }

    [Theory]
    [InlineData("r\n")]
    [InlineData("a\nb")]
    [InlineData("a#b")]
    [InlineData("a/b")]
    [InlineData("é")]
    [InlineData("٣")]
    [InlineData("")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123456789012345678901")]
    public async Task ReplayIdOfOtherCharacters_IsRefused(string replayId)
    {
        var world = new ReplayWorld();
        var refused = await Should.ThrowAsync<InvalidRequestException>(() => world.Planner().PlanAsync(ReplayWorld.Request() with { ReplayId = replayId }, "execution-1", CancellationToken.None));
        refused.Message.ShouldContain("is not usable; allowed: 1 to 80 of A-Z a-z 0-9 . _ -");
    }

    private async Task<(int Status, string Body, IReadOnlyDictionary<string, string> Headers, long Length)> SendAsync(string method, string? key, string? body = null)
    {
        var rows = new ReferenceRows(_store, _clock, () => 0);
        var tables = new ReferenceTableCatalog(new EntityCatalog([SampleDefinitions.Item()]));
        var api = new ReferenceApi(tables, rows, new ReferenceBulk(rows, NullLogger<ReferenceBulk>.Instance), _clock, NullLogger<ReferenceApi>.Instance);
        var parameters = new JsonObject { ["table"] = "delivery-classes" };
        if (key is not null) parameters["key"] = key;
        var request = new JsonObject { ["rawPath"] = "/v1/x", ["pathParameters"] = parameters, ["requestContext"] = new JsonObject { ["http"] = new JsonObject { ["method"] = method } } };
        if (body is not null) request["body"] = body;
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(request.ToJsonString()));
        var response = await api.HandleAsync(_serializer.Deserialize<APIGatewayHttpApiV2ProxyRequest>(input), new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(29) });
        using var output = new MemoryStream();
        _serializer.Serialize(response, output);
        var text = response.IsBase64Encoded ? Encoding.UTF8.GetString(Convert.FromBase64String(response.Body)) : response.Body ?? "";
        return (response.StatusCode, text, new Dictionary<string, string>(response.Headers), output.Length);
    }
}
