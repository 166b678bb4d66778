using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EntitySync.JoinHost;

/// <summary>
/// <c>/live</c>: 200 while all threads live; only a new process helps otherwise.
/// <c>/health</c>: what ECS acts on: 200 while all threads live and each has worked since the process started or has been let into the group, else 503 with the reasons. So
/// a container that a missing topic, a refused definition or bad credentials keep from joining is unhealthy from the start, and a deployment with it is rolled back, while one that restores for
/// minutes, owns no partition, or has lost its brokers or permissions after it had worked stays healthy: replaced, it would only have to restore again.
/// <c>/ready</c>: 200 when all have joined and restored, else 503, with the progress either way.
/// <c>/status</c>: everything the container knows of itself. <c>/entities/{name}/{key}</c>: see <see cref="EntityEndpoint"/>.
/// </summary>
internal static class JoinHostEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Map(WebApplication web, JoinThreads threads, EntityEndpoint entities)
    {
        web.Use((context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff"; // outputs hold what others have written
            return next(context);
        });
        web.MapGet("/entities/{**path}", entities.HandleAsync);
        web.MapGet("/live", context =>
        {
            var problems = threads.Dead;
            return Answer(context, problems.Count == 0, new { Live = problems.Count == 0, Problems = problems });
        });
        web.MapGet("/health", context =>
        {
            var problems = threads.Problems;
            return Answer(context, problems.Count == 0, new { Healthy = problems.Count == 0, Problems = problems });
        });
        web.MapGet("/status", context => Answer(context, true, threads.Status()));
        web.MapGet("/ready", context =>
        {
            var status = threads.Status();
            return Answer(context, status.IsReady, new
            {
                Ready = status.IsReady,
                Threads = status.Threads.Select(thread => new { thread.Thread, thread.State, thread.Reason, thread.Restoring }),
            });
        });
    }

    private static Task Answer(HttpContext context, bool isGood, object body)
    {
        context.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(body, Json, context.RequestAborted);
    }
}
