using System.Security.Cryptography;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EntitySync.JoinHost;

/// <summary>
/// <c>GET /entities/{name}/{key}</c>: the entity's current output; the key is percent-encoded UTF-8. With <c>?explain</c> what it is made of.
/// <list type="bullet">
/// <item>200 with the root position in a header of its own and in the entity tag; 304 for If-None-Match.</item>
/// <item>400: the key is empty, longer than 1 KiB or not UTF-8. 404: no such entity, no such key, dropped or rejected, or owned by another container.</item>
/// <item>503 with Retry-After: still restoring, waiting for related rows, or the join thread did not answer in time.</item>
/// </list>
/// Errors are problem details (RFC 9457).
/// </summary>
internal sealed class EntityEndpoint(
    EntityCatalog catalog, IReadOnlyDictionary<string, JoinTopology> topologies, IReadOnlyList<EntityQueries> threads, TimeSpan timeout, TimeProvider time)
{
    private const int LongestKeyBytes = 1024;
    private const int ShownBytes = 100;

    public async Task HandleAsync(HttpContext context)
    {
        if (EntityPath.Parse(context.Features.Get<IHttpRequestFeature>()!.RawTarget) is not { } path)
        {
            await Problem.WriteAsync(context, 404, "Ask for /entities/{name}/{key}; both percent-encoded UTF-8.");
            return;
        }

        if (Refuse(path) is var (status, detail))
        {
            await Problem.WriteAsync(context, status, detail);
            return;
        }

        var question = new EntityQuestion(topologies[path.Entity], path.Key, threads);
        await AnswerAsync(context, path, question.Topology, await question.AskAsync(timeout, time, context.RequestAborted));
    }

    private (int Status, string Detail)? Refuse(EntityPath path)
    {
        if (!catalog.TryGet(path.Entity, out var definition)) return (404, catalog.DescribeUnknown(path.Entity));
        if (path.Key.Length is 0 or > LongestKeyBytes) return (400, $"The key has {path.Key.Length} bytes; allowed: 1 to {LongestKeyBytes}.");
        if (!path.IsUtf8) return (400, "The key is not percent-encoded UTF-8.");
        return definition.Root.Kind == RootKind.Stream ? (404, $"'{path.Entity}' is a stream of events: they are passed on and none is kept.") : null;
    }

    private Task AnswerAsync(HttpContext context, EntityPath path, JoinTopology topology, EntityAnswer? answer)
    {
        var name = $"'{path.Entity}' with key '{(path.Text.Length <= ShownBytes ? path.Text : path.Text[..ShownBytes] + "…")}'";
        var place = answer is null ? "" : $"partition {answer.Partition} of '{topology.Root.Topic}'";
        return answer?.Finding switch
        {
            null => Problem.WriteAsync(context, 503, $"No join thread could answer within {timeout.TotalSeconds:0.###} s; /status shows what they do."),
            EntityFinding.Failed => Problem.WriteAsync(context, 500, "The question could not be answered; see the container's log."),
            EntityFinding.Restoring => Problem.WriteAsync(context, 503, $"The key belongs to {place}, which is being restored; /ready shows how far it is.", answer.Partition),
            EntityFinding.Elsewhere => Problem.WriteAsync(context, 404, $"The key belongs to {place}, which another container owns.", answer.Partition),
            EntityFinding.Unknown => Problem.WriteAsync(context, 404, $"There is no {name} in {place}.", answer.Partition),
            _ => FoundAsync(context, path, name, answer.Partition, answer.Explanation!),
        };
    }

    private static Task FoundAsync(HttpContext context, EntityPath path, string name, int partition, EntityExplanation found)
    {
        context.Response.Headers[HeaderNames.RootPosition] = found.RootPosition;
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Request.Query.ContainsKey("explain")) return WriteAsync(context, EntityExplanationJson.Write(path.Entity, path.Text, partition, found));
        if (found.Output is { } output) return OutputAsync(context, found.RootPosition, output);
        var reason = found.Reason is { } told ? $": {told}" : "";
        return Problem.WriteAsync(context, found.State == "waiting" ? 503 : 404, $"The {name} has no output now, it is {found.State}{reason}. ?explain shows more.", partition);
    }

    // The output changes with its related rows while the root stays where it is, so the position alone would be a wrong entity tag.
    private static Task OutputAsync(HttpContext context, string rootPosition, ReadOnlyMemory<byte> output)
    {
        var tag = $"\"{rootPosition}-{Convert.ToHexStringLower(SHA256.HashData(output.Span).AsSpan(0, 8))}\"";
        context.Response.Headers.ETag = tag;
        if (!context.Request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal)) return WriteAsync(context, output);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
