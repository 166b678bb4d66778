using System.Security.Cryptography;
using System.Text;

namespace EntitySync.Tests.Offline;

/// <summary>Recomputes an AWS signature (version 4) from what arrived, as the service does: path "/", no query.</summary>
internal static class SignatureV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    public static string Authorization(StatesEndpoint.ReceivedCall call, string accessKey, string secretKey, string region, string service)
    {
        var time = call.Headers["x-amz-date"];
        var day = time[..8];
        var scope = $"{day}/{region}/{service}/aws4_request";
        var signed = Between(call.Headers["authorization"], "SignedHeaders=", ",").Split(';');
        var headers = string.Concat(signed.Select(name => $"{name}:{call.Headers[name].Trim()}\n"));
        var canonical = $"{call.Method}\n{call.Path}\n\n{headers}\n{string.Join(';', signed)}\n{Hash(call.Body)}";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Hash(canonical)}";

        var key = new[] { day, region, service, "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), Sign);
        return $"{Algorithm} Credential={accessKey}/{scope}, SignedHeaders={string.Join(';', signed)}, Signature={Convert.ToHexStringLower(Sign(key, toSign))}";
    }

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
