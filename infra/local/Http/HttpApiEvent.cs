using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace EntitySync.Local.Http;

/// <summary>Writes the event of an HTTP API, payload format 2.0.</summary>
internal static class HttpApiEvent
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The path as the client wrote it, percent-encoding kept: <c>%2F</c> in a key is no separator.</summary>
    public static string RawPath(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    public static byte[] Write(HttpContext context, RouteMatch match, byte[] body, DateTimeOffset now)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "2.0");
            writer.WriteString("routeKey", match.Route.RouteKey);
            writer.WriteString("rawPath", RawPath(context));
            writer.WriteString("rawQueryString", context.Request.QueryString.Value?.TrimStart('?') ?? "");
            WriteCookies(writer, context.Request);
            WriteMap(writer, "headers", context.Request.Headers.Where(header => !IsCookie(header.Key)).Select(header => (header.Key.ToLowerInvariant(), Joined(header.Value))));
            if (context.Request.Query.Count > 0) WriteMap(writer, "queryStringParameters", context.Request.Query.Select(pair => (pair.Key, Joined(pair.Value))));
            if (match.Parameters.Count > 0) WriteMap(writer, "pathParameters", match.Parameters.Select(pair => (pair.Key, pair.Value)));
            WriteRequestContext(writer, context, match, now);
            WriteBody(writer, context.Request.ContentType, body);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteRequestContext(Utf8JsonWriter writer, HttpContext context, RouteMatch match, DateTimeOffset now)
    {
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", "000000000000");
        writer.WriteString("apiId", "local");
        writer.WriteString("domainName", context.Request.Host.Value);
        writer.WriteString("domainPrefix", "local");
        writer.WriteStartObject("http");
        writer.WriteString("method", context.Request.Method);
        writer.WriteString("path", RawPath(context));
        writer.WriteString("protocol", context.Request.Protocol);
        writer.WriteString("sourceIp", context.Connection.RemoteIpAddress?.ToString() ?? "127.0.0.1");
        writer.WriteString("userAgent", context.Request.Headers.UserAgent.ToString());
        writer.WriteEndObject();
        writer.WriteString("requestId", Guid.NewGuid().ToString());
        writer.WriteString("routeKey", match.Route.RouteKey);
        writer.WriteString("stage", "$default");
        writer.WriteString("time", now.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        writer.WriteNumber("timeEpoch", now.ToUnixTimeMilliseconds());
        writer.WriteEndObject();
    }

    // Text stays text; everything else, and text that is not UTF-8, is base64.
    private static void WriteBody(Utf8JsonWriter writer, string? contentType, byte[] body)
    {
        if (body.Length > 0)
        {
            if (IsText(contentType) && TryText(body) is { } text)
            {
                writer.WriteString("body", text);
            }
            else
            {
                writer.WriteBase64String("body", body);
                writer.WriteBoolean("isBase64Encoded", true);
                return;
            }
        }

        writer.WriteBoolean("isBase64Encoded", false);
    }

    private static bool IsText(string? contentType)
    {
        var type = contentType?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        return type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/javascript" or "application/xml";
    }

    private static string? TryText(byte[] body)
    {
        try
        {
            return StrictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static void WriteCookies(Utf8JsonWriter writer, HttpRequest request)
    {
        if (request.Headers.Cookie.Count == 0) return;
        writer.WriteStartArray("cookies");
        foreach (var cookie in request.Headers.Cookie.SelectMany(value => (value ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))) writer.WriteStringValue(cookie);
        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, string name, IEnumerable<(string Key, string Value)> entries)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in entries) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static string Joined(StringValues values) => string.Join(',', values.ToArray());

    private static bool IsCookie(string header) => header.Equals("cookie", StringComparison.OrdinalIgnoreCase);
}
