using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EntitySync.JoinHost;

/// <summary>
/// <c>/live</c>: 200 while all threads run. <c>/ready</c>: 200 when all have joined and restored, else 503, with the progress either way.
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
        web.MapGet("/live", context => Answer(context, threads.AreAlive, new { Live = threads.AreAlive }));
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
