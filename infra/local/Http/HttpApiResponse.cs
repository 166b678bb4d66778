using System.Text;
using System.Text.Json;

namespace EntitySync.Local.Http;

/// <summary>Turns a function's answer, payload format 2.0, into the HTTP response.</summary>
internal static class HttpApiResponse
{
    /// <summary>False when the answer is none an HTTP API accepts; nothing has been written then.</summary>
    public static async Task<bool> TryWriteAsync(HttpResponse response, ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var answer = document.RootElement;
            // An answer without a status is the body itself.
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("statusCode", out var status))
            {
                response.ContentType = "application/json";
                await response.Body.WriteAsync(payload);
                return true;
            }

            if (status.ValueKind != JsonValueKind.Number || !status.TryGetInt32(out var code) || code is < 200 or > 599) return false;
            var body = Body(answer);
            response.StatusCode = code;
            WriteHeaders(response, answer);
            if (body.Length > 0 && code is not (204 or 304)) await response.Body.WriteAsync(body);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return false;
        }
    }

    private static byte[] Body(JsonElement answer)
    {
        if (!answer.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.String) return [];
        var encoded = answer.TryGetProperty("isBase64Encoded", out var flag) && flag.ValueKind == JsonValueKind.True;
        return encoded ? body.GetBytesFromBase64() : Encoding.UTF8.GetBytes(body.GetString()!);
    }

    private static void WriteHeaders(HttpResponse response, JsonElement answer)
    {
        if (answer.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object)
        {
            // The server itself decides on length and framing.
            foreach (var header in headers.EnumerateObject().Where(header => header.Name.ToLowerInvariant() is not ("content-length" or "transfer-encoding" or "connection")))
                response.Headers[header.Name] = header.Value.ToString();
        }

        if (answer.TryGetProperty("cookies", out var cookies) && cookies.ValueKind == JsonValueKind.Array)
        {
            foreach (var cookie in cookies.EnumerateArray()) response.Headers.Append("Set-Cookie", cookie.ToString());
        }
    }
}
