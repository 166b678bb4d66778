using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using Amazon.Util;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>
/// A token by which Amazon MSK knows an IAM identity: the presigned address of a call of <c>kafka-cluster:Connect</c> (Signature Version 4, method GET, signed header
/// host), then the unsigned name of the caller's software, all as base64url without padding. The broker sends that call to learn who we are.
/// </summary>
/// <param name="Text">What is sent; as good as a password until it ends.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record MskToken(string Text, DateTimeOffset ExpiresAt)
{
    /// <summary>The longest that MSK accepts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(900);

    private const string Service = "kafka-cluster";
    private const string Action = "kafka-cluster:Connect";
    private const string UserAgent = "entitysync";
    private const string EmptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // SHA-256 of nothing

    /// <param name="credentials">Who signs; temporary ones with their session token.</param>
    /// <param name="region">Of the cluster.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="credentialsExpireAt">When the credentials end, if that is known: the token ends with them.</param>
    public static MskToken Make(ImmutableCredentials credentials, string region, DateTimeOffset now, DateTimeOffset? credentialsExpireAt = null)
    {
        var utc = now.UtcDateTime;
        var host = $"kafka.{region}.amazonaws.com";
        var query = Query(credentials, region, utc);
        var canonicalRequest = $"GET\n/\n{query}\nhost:{host}\n\nhost\n{EmptyBodyHash}";
        var signature = AWS4Signer.ComputeSignature(credentials, region, utc, Service, "host", canonicalRequest).Signature;
        var address = $"https://{host}/?{query}&X-Amz-Signature={signature}&User-Agent={UserAgent}";
        var end = now + Lifetime;
        return new MskToken(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(address)), credentialsExpireAt < end ? credentialsExpireAt.Value : end);
    }

    public override string ToString() => $"MSK token until {ExpiresAt:u}";

    // In the order of the names, as the canonical request wants them.
    private static string Query(ImmutableCredentials credentials, string region, DateTime now)
    {
        var day = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        List<(string Name, string Value)> parameters =
        [
            ("Action", Action),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", $"{credentials.AccessKey}/{day}/{region}/{Service}/aws4_request"),
            ("X-Amz-Date", now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)),
            ("X-Amz-Expires", Lifetime.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
        ];
        if (credentials.UseToken) parameters.Add(("X-Amz-Security-Token", credentials.Token));
        parameters.Add(("X-Amz-SignedHeaders", "host"));
        return string.Join('&', parameters.Select(parameter => $"{parameter.Name}={AWSSDKUtils.UrlEncode(parameter.Value, path: false)}"));
    }
}
