using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Lambda.APIGatewayEvents;

namespace EntitySync.Functions;

/// <summary>Answers of HTTP functions; errors are problem details (RFC 9457).</summary>
internal static class HttpAnswer
{
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every answer says that its type is meant: bodies repeat what others have written, and no browser is to find a page in them.</summary>
    public static APIGatewayHttpApiV2ProxyResponse Of(int status, string? contentType = null, string? body = null)
    {
        var headers = new Dictionary<string, string> { ["X-Content-Type-Options"] = "nosniff" };
        if (contentType is not null) headers["Content-Type"] = contentType;
        return new APIGatewayHttpApiV2ProxyResponse { StatusCode = status, Headers = headers, Body = body };
    }

    public static APIGatewayHttpApiV2ProxyResponse Json(int status, JsonObject body) => Of(status, "application/json", body.ToJsonString(Relaxed));

    public static APIGatewayHttpApiV2ProxyResponse Problem(int status, string detail) => Of(status, "application/problem+json", new JsonObject
    {
        ["type"] = "about:blank",
        ["title"] = Title(status),
        ["status"] = status,
        ["detail"] = detail,
    }.ToJsonString(Relaxed));

    public static APIGatewayHttpApiV2ProxyResponse With(this APIGatewayHttpApiV2ProxyResponse response, string header, string value)
    {
        response.Headers[header] = value;
        return response;
    }

    private static string Title(int status) => status switch
    {
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Error",
    };
}
