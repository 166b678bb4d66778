using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EntitySync.JoinHost;

/// <summary>Errors of the endpoints as problem details (RFC 9457).</summary>
internal static class Problem
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="context">The request.</param>
    /// <param name="status">503 asks for the request to be sent again.</param>
    /// <param name="detail">What is wrong, for a person.</param>
    /// <param name="partition">The partition it is about; a member of its own, so that a program can find the container that owns it.</param>
    public static Task WriteAsync(HttpContext context, int status, string detail, int? partition = null)
    {
        var body = new JsonObject { ["type"] = "about:blank", ["title"] = ReasonPhrases.GetReasonPhrase(status), ["status"] = status, ["detail"] = detail };
        if (partition is { } number) body["partition"] = number;
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync(body.ToJsonString(Relaxed), context.RequestAborted);
    }
}
