using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.Core;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;
using Response = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyResponse;

namespace EntitySync.Functions;

/// <summary>
/// Reads and writes rows of reference tables over HTTP (HTTP API, payload format 2.0). A row is one JSON object, at most 256 KiB; its version is the entity tag.
/// <list type="bullet">
/// <item><c>GET /reference-tables/{table}/rows/{key}</c>: 200, 304 (If-None-Match), 404.</item>
/// <item><c>PUT /reference-tables/{table}/rows/{key}</c>: 201 or 200 with <c>{"key":…,"version":…}</c>; 400; 412 (If-Match, If-None-Match); 413.</item>
/// <item><c>DELETE /reference-tables/{table}/rows/{key}</c>: 204, 404, 412.</item>
/// <item><c>POST /reference-tables/{table}/rows</c>: one row a line (NDJSON), answered with one result a line; 200, or 207 when a line failed.</item>
/// </list>
/// 404 for a table that no definition looks up; 503 with Retry-After when the table is throttled or unreachable. Errors are problem details (RFC 9457).
/// The body decides what it is, not its Content-Type; only a compressed one is refused (415).
/// </summary>
public sealed class ReferenceApi(ReferenceTableCatalog tables, ReferenceRows rows, ReferenceBulk bulk, TimeProvider clock, ILogger<ReferenceApi> log)
{
    private const string Resource = "reference-tables";

    public ReferenceApi()
        : this(
            Startup.Services.GetRequiredService<ReferenceTableCatalog>(),
            Startup.Services.GetRequiredService<ReferenceRows>(),
            Startup.Services.GetRequiredService<ReferenceBulk>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<ReferenceApi>>())
    {
    }

    public async Task<Response> HandleAsync(Request request, ILambdaContext context)
    {
        var method = request.RequestContext?.Http?.Method ?? "";
        using var time = RemainingTime.Token(context, clock);
        try
        {
            if (Route(request) is not { } route) return HttpAnswer.Problem(404, "No such resource.");
            if (!tables.TryGet(route.Table, out var table)) return HttpAnswer.Problem(404, "No such reference table.");
            return route.Key is { } key
                ? await RowAsync(method, request, table, key, time.Token)
                : await RowsAsync(method, request, table, () => context.RemainingTime, time.Token);
        }
        catch (Exception exception) when (exception is TransientException or ConflictException || (exception is OperationCanceledException && time.IsCancellationRequested))
        {
            log.LogWarning(exception, "{Method} {Path} failed for now", method, request.RawPath);
            return HttpAnswer.Problem(503, "The reference table cannot be reached for now or is busy; send the request again.").With("Retry-After", "1");
        }
        catch (InvalidRequestException exception)
        {
            log.LogError(exception, "{Method} {Path} cannot be served", method, request.RawPath);
            return HttpAnswer.Problem(500, "The reference table cannot be used as it is; see the function's log.");
        }
    }

    // API Gateway gives path parameters decoded; decoding them again would break a key such as "100%25".
    private static (string Table, string? Key)? Route(Request request)
    {
        if (request.PathParameters is { } parameters && parameters.TryGetValue("table", out var table)) return (table, parameters.TryGetValue("key", out var key) ? key : null);
        return request.SegmentsAfter(Resource) switch
        {
            [var name, "rows"] => (name, null),
            [var name, "rows", var key] => (name, key),
            _ => null,
        };
    }

    private Task<Response> RowAsync(string method, Request request, ReferenceTable table, string key, CancellationToken cancellationToken)
    {
        if (RowBody.KeyError(key) is { } error) return Task.FromResult(HttpAnswer.Problem(400, error));
        var oneOf = EntityTags.Parse(request.Header("if-match"), weakCounts: false);
        var noneOf = EntityTags.Parse(request.Header("if-none-match"), weakCounts: true);
        if (oneOf is { IsValid: false } || noneOf is { IsValid: false }) return Task.FromResult(HttpAnswer.Problem(400, "If-Match and If-None-Match take * or entity tags in double quotes."));
        var condition = new RowCondition(oneOf?.Versions, noneOf?.Versions);
        return method switch
        {
            "GET" => GetAsync(table, key, condition, cancellationToken),
            "PUT" => PutAsync(request, table, key, condition, cancellationToken),
            "DELETE" => DeleteAsync(table, key, condition, cancellationToken),
            _ => Task.FromResult(HttpAnswer.Problem(405, "A row takes GET, PUT and DELETE.").With("Allow", "GET, PUT, DELETE")),
        };
    }

    private async Task<Response> GetAsync(ReferenceTable table, string key, RowCondition condition, CancellationToken cancellationToken)
    {
        if (await rows.ReadAsync(table, key, cancellationToken) is not { } row) return HttpAnswer.Problem(404, "No such row.");
        var tag = EntityTags.Of(row.Version);
        if (!condition.OneOfHolds(row.Version)) return HttpAnswer.Problem(412, $"The row's version is {row.Version}.").With("ETag", tag);
        if (!condition.NoneOfHolds(row.Version)) return HttpAnswer.Of(304).With("ETag", tag);
        return HttpAnswer.Of(200, "application/json", Encoding.UTF8.GetString(row.Json.Span)).With("ETag", tag);
    }

    private async Task<Response> PutAsync(Request request, ReferenceTable table, string key, RowCondition condition, CancellationToken cancellationToken)
    {
        if (Body(request, RowBody.MaximumBytes, out var body) is { } refused) return refused;
        if (RowBody.Check(table, key, body.Span).Error is { } error) return HttpAnswer.Problem(400, error);
        return Answer(key, await rows.PutAsync(table, key, body, condition, cancellationToken));
    }

    private async Task<Response> DeleteAsync(ReferenceTable table, string key, RowCondition condition, CancellationToken cancellationToken) =>
        Answer(key, await rows.DeleteAsync(table, key, condition, cancellationToken));

    private async Task<Response> RowsAsync(string method, Request request, ReferenceTable table, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        if (method != "POST") return HttpAnswer.Problem(405, "The rows of a table take POST.").With("Allow", "POST");
        if (Body(request, ReferenceBulk.MaximumBytes, out var body) is { } refused) return refused;
        if (ReferenceBulk.Lines(body) is not { } lines) return HttpAnswer.Problem(413, $"The body has more than {ReferenceBulk.MaximumLines} lines; send it in parts.");
        var results = await bulk.WriteAsync(table, lines, remaining, cancellationToken);
        return BulkAnswer.Of(results);
    }

    private static Response? Body(Request request, int maximumBytes, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (request.Header("content-encoding") is { Length: > 0 } encoding && encoding != "identity") return HttpAnswer.Problem(415, "The body must not be compressed.");
        if (request.BodyBytes() is not { } bytes) return HttpAnswer.Problem(400, "The body is not valid text.");
        if (bytes.Length > maximumBytes) return HttpAnswer.Problem(413, $"The body has {bytes.Length} bytes; at most {maximumBytes} are allowed.");
        body = bytes;
        return null;
    }

    private static Response Answer(string key, RowWrite write) => write.Outcome switch
    {
        RowWriteOutcome.Created or RowWriteOutcome.Replaced => HttpAnswer
            .Json(write.Outcome == RowWriteOutcome.Created ? 201 : 200, new JsonObject { ["key"] = key, ["version"] = write.Version })
            .With("ETag", EntityTags.Of(write.Version!.Value)),
        RowWriteOutcome.Deleted => HttpAnswer.Of(204),
        RowWriteOutcome.Missing => HttpAnswer.Problem(404, "No such row."),
        RowWriteOutcome.ConditionFailed when write.Version is { } version => HttpAnswer.Problem(412, $"The row's version is {version}.").With("ETag", EntityTags.Of(version)),
        RowWriteOutcome.ConditionFailed => HttpAnswer.Problem(412, "There is no such row."),
        _ => HttpAnswer.Problem(400, write.Reason ?? "The row was refused."),
    };
}
