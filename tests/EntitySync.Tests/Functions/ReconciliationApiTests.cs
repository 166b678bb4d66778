using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using EntitySync.Functions;
using EntitySync.Tests.Reconciliation;
using EntitySync.Tests.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

/// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
public sealed class ReconciliationApiTests
{
    private readonly ReconciliationRig _rig = new();
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    [Fact]
    public async Task One_SaysWhatIsThereAndWhatIsMissing()
    {
        await _rig.RunAsync(_rig.Order("o/1 100%25", "p-1", "p-2"), _rig.Product("o/1 100%25", "p-2"));
        var (status, type, body) = await GetAsync("order-shipping", "o/1 100%25");
        (status, type).ShouldBe((200, "application/json"));
        var view = JsonNode.Parse(body)!;
        (view["id"]!.ToString(), view["status"]!.ToString(), view["progress"]!.ToString(), view["missing"]!.ToJsonString()).ShouldBe(("o/1 100%25", "open", "1/2 manufactured products", """["p-1"]"""));
        view["positions"]!.ToJsonString().ShouldBe("""{"orders-0":0,"products-manufactured-0":0}""");
    }

    /// <summary>Among orders of all the other ids.</summary>
    [Theory]
    [MemberData(nameof(HostileRequestTests.Keys), MemberType = typeof(HostileRequestTests))]
    public async Task One_IsFoundUnderExactlyItsId(string id)
    {
        var ids = HostileRequestTests.Keys.Select(row => row.Data).Where(each => each.Length <= 1024).ToList();
        await _rig.RunAsync([.. ids.Select((each, index) => _rig.Next("orders", each, new JsonObject { ["orderId"] = each, ["products"] = new JsonArray(new JsonObject { ["id"] = $"p-{index}" }) }.ToJsonString()))]);

        var (status, _, body) = await GetAsync("order-shipping", id);

        if (ids.Contains(id)) (status, JsonNode.Parse(body)!["id"]!.ToString(), JsonNode.Parse(body)!["missing"]!.ToJsonString()).ShouldBe((200, id, $"[\"p-{ids.IndexOf(id)}\"]"));
        else status.ShouldBe(400);
    }

    [Fact]
    public async Task Unknown_Is404_WithTheNamesThatAreKnown()
    {
        await ProblemAsync(GetAsync("order-shipping", "o-9"), 404, "Nothing is known of 'o-9' in order-shipping: no message of it came, or it has expired.");
        await ProblemAsync(GetAsync("order-shiping", "o-9"), 404, "reconciliation 'order-shiping' is not known; known: invoice-payment, order-shipping. Did you mean 'order-shipping'?");
        await ProblemAsync(GetAsync("order-shiping", null, ("status", "open")), 404, "reconciliation 'order-shiping' is not known; known: invoice-payment, order-shipping. Did you mean 'order-shipping'?");
        await ProblemAsync(GetAsync("order-shipping", new string('x', 1025)), 400, "An id has at most 1024 bytes in UTF-8.");
    }

    [Fact]
    public async Task List_GoesPageByPage()
    {
        for (var i = 0; i < 3; i++)
        {
            await _rig.RunAsync(_rig.Order($"o-{i}", "p-1"));
            _rig.Clock.Advance(TimeSpan.FromSeconds(0.5));
        }

        var first = JsonNode.Parse((await GetAsync("order-shipping", null, ("status", "open"), ("limit", "2"))).Body)!;
        var token = first["nextPageToken"]!.ToString();
        first.AsObject().Remove("nextPageToken");
        first.ToJsonString().ShouldBe(
            """{"entity":"order-shipping","status":"open","items":[{"id":"o-0","since":"2026-01-01T00:00:00Z","dueAt":"2026-01-03T00:00:00Z"},{"id":"o-1","since":"2026-01-01T00:00:00.5Z","dueAt":"2026-01-03T00:00:00.5Z"}]}""");
        (await GetAsync("order-shipping", null, ("status", "open"), ("limit", "2"), ("pageToken", token))).Body.ShouldBe(
            """{"entity":"order-shipping","status":"open","items":[{"id":"o-2","since":"2026-01-01T00:00:01Z","dueAt":"2026-01-03T00:00:01Z"}]}""");
        (await GetAsync("order-shipping", null, ("status", "overdue"))).Body.ShouldBe("""{"entity":"order-shipping","status":"overdue","items":[]}""");
    }

    [Fact]
    public async Task List_SaysWhenItsItemsGo()
    {
        await _rig.RunAsync(_rig.Product("o-1", "p-1"));
        (await GetAsync("order-shipping", null, ("status", "waiting"))).Body.ShouldBe(
            """{"entity":"order-shipping","status":"waiting","items":[{"id":"o-1","since":"2026-01-01T00:00:00Z","expiresAt":"2026-01-31T00:00:00Z"}]}""");
    }

    [Theory]
    [InlineData(null, null, "The list is of one status; say which: ?status=overdue, or one of waiting, open, overdue, complete, cancelled.")]
    [InlineData("status", "expired", "'expired' is no status; there are waiting, open, overdue, complete, cancelled.")]
    [InlineData("status", "Open", "'Open' is no status; there are waiting, open, overdue, complete, cancelled.")]
    [InlineData("limit", "0", "limit is '0'; a whole number from 1 to 500 is expected.")]
    [InlineData("limit", "501", "limit is '501'; a whole number from 1 to 500 is expected.")]
    [InlineData("limit", "ten", "limit is 'ten'; a whole number from 1 to 500 is expected.")]
    [InlineData("page", "2", "'page' is no parameter of this list; there are status, limit and pageToken.")]
    public async Task WrongParameter_Is400(string? name, string? value, string detail) => await ProblemAsync(GetAsync("order-shipping", null, name is null ? [] : [(name, value!)]), 400, detail);

    [Fact]
    public async Task WrongPageToken_Is400() =>
        await ProblemAsync(GetAsync("order-shipping", null, ("status", "open"), ("pageToken", "x")), 400, "The page token is none that was given out here.");

    [Fact]
    public async Task OtherMethodsAndPaths()
    {
        var other = await SendAsync(Function(), Event("PUT", "order-shipping", "o-1"));
        (other.Status, JsonNode.Parse(other.Body)!["detail"]!.ToString()).ShouldBe((405, "Reconciliations are only read here: GET."));
        await ProblemAsync(SendAsync(Function(), """{"version":"2.0","rawPath":"/v1/elsewhere","requestContext":{"http":{"method":"GET"}}}"""), 404, "No such resource.");
        (await SendAsync(Function(), """{"version":"2.0","rawPath":"/v1/reconciliations/order-shipping","queryStringParameters":{"status":"open"},"requestContext":{"http":{"method":"GET"}}}""")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(false, 503)]
    [InlineData(true, 500)]
    public async Task TableFails(bool isForGood, int status)
    {
        var table = new BrokenTable(isForGood ? new InvalidRequestException("no such table secret-name") : new TransientException("throttled"));
        foreach (var id in new[] { "o-1", null })
        {
            var answer = await SendAsync(Function(table), Event("GET", "order-shipping", id, ("status", "open")));
            answer.Status.ShouldBe(status);
            answer.Body.ShouldNotContain("secret-name");
        }
    }

    private static async Task ProblemAsync(Task<(int Status, string Type, string Body)> answer, int status, string detail)
    {
        var (found, type, body) = await answer;
        (found, type, JsonNode.Parse(body)!["detail"]!.ToString()).ShouldBe((status, "application/problem+json", detail));
    }

    private Task<(int Status, string Type, string Body)> GetAsync(string entity, string? id, params (string Name, string Value)[] query) => SendAsync(Function(), Event("GET", entity, id, query));

    private ReconciliationApi Function(IReconciliationTable? table = null) => new(_rig.Catalog, table ?? _rig.Table, _rig.View, TimeProvider.System, NullLogger<ReconciliationApi>.Instance);

    private async Task<(int Status, string Type, string Body)> SendAsync(ReconciliationApi function, string json)
    {
        using var request = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var response = await function.HandleAsync(_serializer.Deserialize<APIGatewayHttpApiV2ProxyRequest>(request), new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(29) });
        return (response.StatusCode, response.Headers["Content-Type"], response.Body);
    }

    private static string Event(string method, string entity, string? id, params (string Name, string Value)[] query)
    {
        var parameters = new JsonObject { ["entity"] = entity };
        if (id is not null) parameters["id"] = id;
        var sent = new JsonObject
        {
            ["version"] = "2.0",
            ["rawPath"] = "/v1/reconciliations",
            ["pathParameters"] = parameters,
            ["requestContext"] = new JsonObject { ["http"] = new JsonObject { ["method"] = method } },
        };
        if (query.Length > 0) sent["queryStringParameters"] = new JsonObject(query.Select(pair => KeyValuePair.Create(pair.Name, (JsonNode?)pair.Value)));
        return sent.ToJsonString();
    }

    private sealed class BrokenTable(Exception exception) : IReconciliationTable
    {
        public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) => throw exception;

        public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken) => throw exception;

        public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => throw exception;

        public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) => throw exception;
    }
}
