using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.Core;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;
using Response = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyResponse;

namespace EntitySync.Functions;

/// <summary>
/// Says how reconciliations stand, over HTTP (HTTP API, payload format 2.0).
/// <list type="bullet">
/// <item><c>GET /reconciliations/{entity}/{id}</c>: 200 with what <see cref="ReconciliationView.Describe"/> writes; 404.</item>
/// <item><c>GET /reconciliations/{entity}?status=overdue&amp;limit=50&amp;pageToken=…</c>: 200 with <c>{"entity":…,"status":…,"items":[{"id":…,"since":…,"expiresAt":…}],"nextPageToken":…}</c>
/// (open ones have dueAt instead of expiresAt); without nextPageToken the list is at its end. 400 for a parameter that is none.</item>
/// </list>
/// 404 for a reconciliation that is not defined; 503 with Retry-After when the table is throttled or unreachable. Errors are problem details (RFC 9457).
/// </summary>
public sealed class ReconciliationApi(ReconciliationCatalog catalog, IReconciliationTable table, ReconciliationView view, TimeProvider clock, ILogger<ReconciliationApi> log)
{
    private const string Resource = "reconciliations";
    private const int LongestId = 1024;

    public ReconciliationApi()
        : this(
            Startup.Services.GetRequiredService<ReconciliationCatalog>(),
            Startup.Services.GetRequiredService<IReconciliationTable>(),
            Startup.Services.GetRequiredService<ReconciliationView>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<ReconciliationApi>>())
    {
    }

    public async Task<Response> HandleAsync(Request request, ILambdaContext context)
    {
        using var time = RemainingTime.Token(context, clock);
        try
        {
            if (Route(request) is not { } route) return HttpAnswer.Problem(404, "No such resource.");
            if (request.RequestContext?.Http?.Method is not "GET") return HttpAnswer.Problem(405, "Reconciliations are only read here: GET.").With("Allow", "GET");
            if (!catalog.TryGet(route.Entity, out var definition)) return HttpAnswer.Problem(404, catalog.DescribeUnknown(route.Entity));
            return route.Id is { } id ? await GetAsync(definition.Entity, id, time.Token) : await ListAsync(definition.Entity, request, time.Token);
        }
        catch (Exception exception) when (exception is TransientException || (exception is OperationCanceledException && time.IsCancellationRequested))
        {
            log.LogWarning(exception, "{Path} failed for now", request.RawPath);
            return HttpAnswer.Problem(503, "The table of reconciliations cannot be reached for now or is busy; send the request again.").With("Retry-After", "1");
        }
        catch (InvalidRequestException exception)
        {
            log.LogError(exception, "{Path} cannot be served", request.RawPath);
            return HttpAnswer.Problem(500, "The table of reconciliations cannot be used as it is; see the function's log.");
        }
    }

    // API Gateway gives path parameters decoded; decoding them again would break an id such as "100%25".
    private static (string Entity, string? Id)? Route(Request request)
    {
        if (request.PathParameters is { } parameters && parameters.TryGetValue("entity", out var entity)) return (entity, parameters.TryGetValue("id", out var id) ? id : null);
        return request.SegmentsAfter(Resource) switch
        {
            [var name] => (name, null),
            [var name, var one] => (name, one),
            _ => null,
        };
    }

    private async Task<Response> GetAsync(string entity, string id, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(id) > LongestId) return HttpAnswer.Problem(400, $"An id has at most {LongestId} bytes in UTF-8.");
        return await table.GetAsync(entity, id, cancellationToken) is { } state
            ? HttpAnswer.Of(200, "application/json", Encoding.UTF8.GetString(view.Describe(state)))
            : HttpAnswer.Problem(404, $"Nothing is known of '{id}' in {entity}: no message of it came, or it has expired.");
    }

    private async Task<Response> ListAsync(string entity, Request request, CancellationToken cancellationToken)
    {
        if (ReconciliationListRequest.Read(entity, request, out var query) is { } error) return HttpAnswer.Problem(400, error);
        try
        {
            return HttpAnswer.Json(200, Describe(query, await table.ListAsync(query, cancellationToken)));
        }
        catch (PageTokenException exception)
        {
            return HttpAnswer.Problem(400, exception.Message);
        }
    }

    private static JsonObject Describe(ReconciliationQuery query, ReconciliationPage page)
    {
        var items = new JsonArray([.. page.Items.Select(item => (JsonNode)Describe(item, query.Status == ReconciliationStatus.Open ? "dueAt" : "expiresAt"))]);
        var answer = new JsonObject { ["entity"] = query.Entity, ["status"] = ReconciliationView.NameOf(query.Status), ["items"] = items };
        if (page.PageToken is { } token) answer["nextPageToken"] = token;
        return answer;
    }

    private static JsonObject Describe(ReconciliationEntry entry, string next) => new()
    {
        ["id"] = entry.Id,
        ["since"] = Moment(entry.Since),
        [next] = entry.NextAt == DateTimeOffset.MaxValue ? null : Moment(entry.NextAt),
    };

    // As the view writes moments.
    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
