using Amazon.Lambda.Core;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;
using Response = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyResponse;

namespace EntitySync.Functions;

/// <summary>
/// Serves topics as feeds over HTTP (HTTP API, payload format 2.0): Atom, or JSON Feed when Accept wants it more. GET and HEAD, with ETag and If-None-Match.
/// <list type="bullet">
/// <item><c>/feeds/{feed}</c>: the newest page; 5 s in caches.</item>
/// <item><c>/feeds/{feed}/{page}</c>: an archive page; for ever in caches. The page after the last full one: 307 to the newest page. Later ones: 404.</item>
/// <item><c>/feeds/{feed}/entries/{partition}/{offset}</c>: the value of one record as it is, for ever in caches; 204 for a tombstone; 404 when there is none.</item>
/// </list>
/// 404 for a feed that is not defined; 500 when its pages are not those of the topic; 503 with Retry-After when brokers or table are unreachable or busy. Errors are problem details (RFC 9457).
/// </summary>
public sealed class Feed(FeedCatalog catalog, FeedReader reader, TimeProvider clock, ILogger<Feed> log)
{
    private const string ForEver = "public, max-age=31536000, immutable";
    private const string Shortly = "public, max-age=5";

    /// <summary>In base64 it must stay below the 6 MB that a function may answer.</summary>
    private const int LargestBody = 4_400_000;

    public Feed()
        : this(
            Startup.Services.GetRequiredService<FeedCatalog>(),
            Startup.Services.GetRequiredService<FeedReader>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<Feed>>())
    {
    }

    public async Task<Response> HandleAsync(Request request, ILambdaContext context)
    {
        using var time = RemainingTime.Token(context, clock);
        try
        {
            if (request.RequestContext?.Http?.Method is not ("GET" or "HEAD")) return HttpAnswer.Problem(405, "Feeds are only read: GET, HEAD.").With("Allow", "GET, HEAD");
            var answer = await AnswerAsync(request, time.Token);
            if (request.RequestContext.Http.Method == "HEAD") answer.Body = null;
            return answer;
        }
        catch (Exception exception) when (exception is TransientException || (exception is OperationCanceledException && time.IsCancellationRequested))
        {
            log.LogWarning(exception, "{Path} failed for now", request.RawPath);
            return HttpAnswer.Problem(503, "The topic cannot be read for now; send the request again.").With("Retry-After", "1").With("Cache-Control", "no-store");
        }
        catch (FeedMismatchException exception)
        {
            log.LogError(exception, "{Path} cannot be served", request.RawPath);
            return HttpAnswer.Problem(500, "The full pages of the feed do not belong to its topic as it is now; see the function's log.").With("Cache-Control", "no-store");
        }
        catch (InvalidRequestException exception)
        {
            log.LogError(exception, "{Path} cannot be served", request.RawPath);
            return HttpAnswer.Problem(500, "The feed cannot be served as it is; see the function's log.").With("Cache-Control", "no-store");
        }
    }

    private async Task<Response> AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        if (FeedRoute.Of(request) is not { } route) return NotFound("No such page: archive pages are numbers from 1, entries are entries/{partition}/{offset}.");
        if (!catalog.TryGet(route.Feed, out var feed)) return NotFound(catalog.DescribeUnknown(route.Feed));
        if (route.Entry is { } entry) return await EntryAsync(request, feed, entry.Partition, entry.Offset, cancellationToken);
        return route.Page is { } page
            ? await ArchiveAsync(request, feed, page, cancellationToken)
            : Page(request, await reader.NewestAsync(feed, cancellationToken), Shortly);
    }

    private async Task<Response> ArchiveAsync(Request request, FeedDefinition feed, long number, CancellationToken cancellationToken)
    {
        if (await reader.ArchiveAsync(feed, number, cancellationToken) is { } page) return Page(request, page, ForEver);

        // It may have become full since the newest page was asked for last.
        var last = await reader.LastPageAsync(feed, cancellationToken);
        if (number <= last && await reader.ArchiveAsync(feed, number, cancellationToken) is { } full) return Page(request, full, ForEver);
        return number == last + 1
            ? HttpAnswer.Of(307).With("Location", new FeedLinks(feed.Feed, number).Current).With("Cache-Control", Shortly)
            : NotFound($"Page {number} is not full yet: the last full one is page {last}.");
    }

    private async Task<Response> EntryAsync(Request request, FeedDefinition feed, int partition, long offset, CancellationToken cancellationToken)
    {
        if (await reader.RecordAsync(feed, partition, offset, cancellationToken) is not { } record) return NotFound($"There is no record at partition {partition}, offset {offset}: not yet, or not any more.");
        return record.Value is { } value ? Value(request, value.Span) : HttpAnswer.Of(204).With("Cache-Control", ForEver);
    }

    private static Response Value(Request request, ReadOnlySpan<byte> value) => value.Length <= LargestBody
        ? Body(request, FeedEntry.IsJson(value) ? "application/json" : "application/octet-stream", value, ForEver)
        : HttpAnswer.Problem(500, $"The value has {value.Length} bytes, more than the {LargestBody} that can be answered here; read it from the topic.").With("Cache-Control", Shortly);

    private static Response Page(Request request, FeedPage page, string caching)
    {
        var form = FeedForm.Of(request.Header("accept"));
        using var bytes = new PageBuffer();
        form.Write(page, bytes);
        return Body(request, form.ContentType, bytes.Written, caching).With("Vary", "Accept");
    }

    private static Response Body(Request request, string type, ReadOnlySpan<byte> bytes, string caching)
    {
        var tag = BodyTags.Of(type, bytes);
        var isKnown = BodyTags.Matches(request.Header("if-none-match"), tag);
        var answer = isKnown ? HttpAnswer.Of(304) : HttpAnswer.Of(200, type, Convert.ToBase64String(bytes));
        answer.IsBase64Encoded = !isKnown;
        return answer.With("ETag", tag).With("Cache-Control", caching);
    }

    private static Response NotFound(string detail) => HttpAnswer.Problem(404, detail).With("Cache-Control", Shortly);
}
