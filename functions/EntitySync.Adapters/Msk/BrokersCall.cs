using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using Amazon.Util;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.Msk;

/// <summary>The call GetBootstrapBrokers for one cluster, to be signed (Signature Version 4) for each attempt. The SDK's client of MSK would be a package for this one call.</summary>
internal sealed partial class BrokersCall
{
    private const string Service = "kafka";
    private const string EmptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // SHA-256 of nothing

    private readonly string _clusterArn;
    private readonly string _region;
    private readonly string _host;

    private BrokersCall(string clusterArn, string partition, string region)
    {
        _clusterArn = clusterArn;
        _region = region;
        _host = $"kafka.{region}.amazonaws.com{(partition == "aws-cn" ? ".cn" : "")}";
    }

    /// <exception cref="InvalidRequestException">It is no ARN of an MSK cluster.</exception>
    public static BrokersCall Of(string clusterArn) => ClusterArn().Match(clusterArn) is { Success: true } arn
        ? new BrokersCall(clusterArn, arn.Groups["partition"].Value, arn.Groups["region"].Value)
        : throw new InvalidRequestException($"'{clusterArn}' is not the ARN of an MSK cluster (arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/ID).");

    public HttpRequestMessage Sign(ImmutableCredentials credentials, DateTimeOffset now)
    {
        var utc = now.UtcDateTime;
        var date = utc.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var token = credentials.UseToken ? $"x-amz-security-token:{credentials.Token}\n" : "";
        var signed = credentials.UseToken ? "host;x-amz-date;x-amz-security-token" : "host;x-amz-date";
        var path = Path(AWSSDKUtils.UrlEncode(_clusterArn, path: false));

        // The path is encoded once as it is sent and once more as it is signed.
        var canonical = $"GET\n{Path(AWSSDKUtils.UrlEncode(AWSSDKUtils.UrlEncode(_clusterArn, path: false), path: false))}\n\nhost:{_host}\nx-amz-date:{date}\n{token}\n{signed}\n{EmptyBodyHash}";
        var signature = AWS4Signer.ComputeSignature(credentials, _region, utc, Service, signed, canonical).Signature;
        var scope = $"{utc.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}/{_region}/{Service}/aws4_request";

        var address = new Uri($"https://{_host}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("x-amz-date", date);
        if (credentials.UseToken) request.Headers.Add("x-amz-security-token", credentials.Token);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={signed}, Signature={signature}");
        return request;
    }

    public override string ToString() => $"GetBootstrapBrokers of {_clusterArn}";

    private static string Path(string cluster) => $"/v1/clusters/{cluster}/bootstrap-brokers";

    [GeneratedRegex(@"^arn:(?<partition>aws[a-z-]*):kafka:(?<region>[a-z]{2}(?:-[a-z0-9]+)+):\d{12}:cluster/[A-Za-z0-9-]+/[A-Za-z0-9-]+\z")]
    private static partial Regex ClusterArn();
}
