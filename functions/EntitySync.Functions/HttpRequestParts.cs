using System.Text;
using Amazon.Lambda.APIGatewayEvents;

namespace EntitySync.Functions;

/// <summary>Reads parts of an HTTP API event (payload format 2.0).</summary>
internal static class HttpRequestParts
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    public static string? Header(this APIGatewayHttpApiV2ProxyRequest request, string name) =>
        request.Headers?.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The body's bytes without a byte order mark; null when it is not what the event says it is (bad base64, text that is not Unicode).</summary>
    public static ReadOnlyMemory<byte>? BodyBytes(this APIGatewayHttpApiV2ProxyRequest request)
    {
        try
        {
            ReadOnlyMemory<byte> body = request.IsBase64Encoded ? Convert.FromBase64String(request.Body ?? "") : StrictUtf8.GetBytes(request.Body ?? "");
            return body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        }
        catch (Exception exception) when (exception is FormatException or EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Path segments after <paramref name="start"/>, percent-decoded; for callers that send no path parameters. Null when the path does not contain it.</summary>
    public static string[]? SegmentsAfter(this APIGatewayHttpApiV2ProxyRequest request, string start)
    {
        var segments = (request.RawPath ?? "").Split('/');
        var index = Array.IndexOf(segments, start);
        return index < 0 ? null : [.. segments[(index + 1)..].Select(Uri.UnescapeDataString)];
    }
}
