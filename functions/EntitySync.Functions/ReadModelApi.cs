using System.Text;
using Amazon.Lambda.Core;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Reads;
using EntitySync.Core.Reconciliation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;
using Response = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyResponse;

namespace EntitySync.Functions;

/// <summary>
/// Reads read models over HTTP (HTTP API, payload format 2.0). GET and HEAD; an ETag with each 200, and 304 for If-None-Match.
/// <list type="bullet">
/// <item><c>/read-models/{name}/{key}</c>: the row's document, strongly consistent. 404 when it is deleted or unknown.</item>
/// <item><c>/read-models/{name}?index=byStatus&amp;key=Shipped&amp;from=…&amp;to=…&amp;order=descending&amp;limit=50&amp;pageToken=…</c>: a list as <see cref="ReadModelJson.List"/> writes it, eventually
/// consistent; <c>?list=rows</c> for all rows. 400 for a parameter that is none.</item>
/// <item><c>/read-models/{name}</c>: its versions and the state of a rebuild (<see cref="ReadModelJson.State"/>).</item>
/// <item><c>/read-models</c>: all of them.</item>
/// </list>
/// The header Read-Model-Version says which version answered. 404 for a read model that is not defined; 503 with Retry-After when a table is throttled, unreachable or just switched. Errors are problem
/// details (RFC 9457).
/// </summary>
public sealed class ReadModelApi(ReadModelCatalog catalog, LiveVersions versions, IReadModelRegistry registry, IReadModelTable table, TimeProvider clock, ILogger<ReadModelApi> log)
{
    private const string Resource = "read-models";
    private const string Json = "application/json";
    private const int LongestKey = 1024;

    /// <summary>As text a body is escaped once more on its way, which may make it several times as long.</summary>
    private const int LargestText = 1_000_000;

    public ReadModelApi()
        : this(
            Startup.Services.GetRequiredService<ReadModelCatalog>(),
            Startup.Services.GetRequiredService<LiveVersions>(),
            Startup.Services.GetRequiredService<IReadModelRegistry>(),
            Startup.Services.GetRequiredService<IReadModelTable>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<ReadModelApi>>())
    {
    }

    public async Task<Response> HandleAsync(Request request, ILambdaContext context)
    {
        using var time = RemainingTime.Token(context, clock);
        try
        {
            if (request.RequestContext?.Http?.Method is not ("GET" or "HEAD")) return HttpAnswer.Problem(405, "Read models are only read here: GET, HEAD.").With("Allow", "GET, HEAD");
            var answer = await AnswerAsync(request, time.Token);
            if (request.RequestContext.Http.Method == "HEAD") answer.Body = null;
            return answer;
        }
        catch (PageTokenException exception)
        {
            return HttpAnswer.Problem(400, exception.Message);
        }
        catch (Exception exception) when (exception is TransientException or VersionGoneException || (exception is OperationCanceledException && time.IsCancellationRequested))
        {
            log.LogWarning(exception, "{Path} failed for now", request.RawPath);
            return HttpAnswer.Problem(503, "The read model cannot be reached for now or is busy; send the request again.").With("Retry-After", "1");
        }
        catch (InvalidRequestException exception)
        {
            log.LogError(exception, "{Path} cannot be served", request.RawPath);
            return HttpAnswer.Problem(500, "The read model cannot be used as it is; see the function's log.");
        }
    }

    private async Task<Response> AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        if (Route(request) is not { } route) return HttpAnswer.Problem(404, "No such resource.");
        if (route.Name is not { } name) return await NamesAsync(request, cancellationToken);
        if (!catalog.TryGet(name, out var definition)) return HttpAnswer.Problem(404, catalog.DescribeUnknown(name));
        if (route.Key is { } key) return await RowAsync(request, definition, key, cancellationToken);
        return request.QueryStringParameters is { Count: > 0 } ? await ListAsync(request, definition, cancellationToken) : await StateAsync(request, definition, cancellationToken);
    }

    // API Gateway gives path parameters decoded; decoding them again would break a key such as "100%25".
    private static (string? Name, string? Key)? Route(Request request)
    {
        if (request.PathParameters is { } parameters && parameters.TryGetValue("name", out var name)) return (name, parameters.TryGetValue("key", out var key) ? key : null);
        return request.SegmentsAfter(Resource) switch
        {
            [] => (null, null),
            [var one] => (one, null),
            [var one, var key] => (one, key),
            _ => null,
        };
    }

    private async Task<Response> RowAsync(Request request, ReadModelDefinition definition, string key, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(key) is 0 or > LongestKey) return HttpAnswer.Problem(400, $"A key has 1 to {LongestKey} bytes in UTF-8.");
        var answer = await versions.ReadAsync(
            definition,
            async live => (await table.ReadAsync(live.Id, [key], cancellationToken))[0]?.Document is { } document
                ? Body(request, document.Span, live.Id)
                : Of(live.Id, HttpAnswer.Problem(404, $"There is no row '{key}' in {definition.ReadModel}: no event of it came, or it was deleted.")),
            cancellationToken);
        return answer ?? NoVersion(definition);
    }

    private async Task<Response> ListAsync(Request request, ReadModelDefinition definition, CancellationToken cancellationToken)
    {
        if (ReadModelListRequest.Read(request, out var list) is { } error) return HttpAnswer.Problem(400, error);
        var answer = await versions.ReadAsync(
            definition,
            async live =>
            {
                if (list.Resolve(live.Definition, definition, out var query) is { } problem) return Of(live.Id, HttpAnswer.Problem(400, problem));
                var page = await RowLists.ListAsync(table, live.Id, query, cancellationToken);
                return Body(request, ReadModelJson.List(live.Id, query, page).Span, live.Id);
            },
            cancellationToken);
        return answer ?? NoVersion(definition);
    }

    private async Task<Response> StateAsync(Request request, ReadModelDefinition definition, CancellationToken cancellationToken)
    {
        var state = await registry.GetAsync(definition.ReadModel, cancellationToken);
        IReadOnlyList<FillCheckpoint> checkpoints = state?.Building is { } building ? await registry.GetCheckpointsAsync(new ReadModelVersionId(definition.ReadModel, building), cancellationToken) : [];
        return Body(request, ReadModelJson.State(definition, state, checkpoints).Span, null);
    }

    private async Task<Response> NamesAsync(Request request, CancellationToken cancellationToken)
    {
        var states = await Task.WhenAll(catalog.All.Select(async definition => (definition, await registry.GetAsync(definition.ReadModel, cancellationToken))));
        return Body(request, ReadModelJson.Names(states).Span, null);
    }

    /// <summary>Caches may keep it, and ask whether it is still so.</summary>
    private static Response Body(Request request, ReadOnlySpan<byte> bytes, ReadModelVersionId? version)
    {
        var tag = BodyTags.Of(Json, bytes);
        if (BodyTags.Matches(request.Header("if-none-match"), tag)) return Of(version, HttpAnswer.Of(304).With("ETag", tag).With("Cache-Control", "no-cache"));
        var isText = bytes.Length <= LargestText;
        var answer = HttpAnswer.Of(200, Json, isText ? Encoding.UTF8.GetString(bytes) : Convert.ToBase64String(bytes));
        answer.IsBase64Encoded = !isText;
        return Of(version, answer.With("ETag", tag).With("Cache-Control", "no-cache"));
    }

    private static Response Of(ReadModelVersionId? version, Response answer) => version is { } known ? answer.With("Read-Model-Version", $"{known.Number}") : answer;

    private static Response NoVersion(ReadModelDefinition definition) => HttpAnswer.Problem(404, $"{definition.ReadModel} has no version yet: the first event makes it.");
}
