using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using EntitySync.Adapters.Kafka.Credentials;
using EntitySync.Testing;

namespace EntitySync.Tests.Adapters.Kafka.Credentials;

public sealed class MskTokenTests
{
    private const string AccessKey = "AKIDEXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string SessionToken = "IQoJb3JpZ2luX2VjE+/=AB&C d~e";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 20, 30, TimeSpan.Zero);

    /// <summary>Both signatures were computed by botocore 1.43 (SigV4QueryAuth) from the same keys at the same time.</summary>
    [Theory]
    [InlineData(null, "4d4685200cbb0972e95ff270d300b50699480cc27b51fe6a468b1417423c9b95")]
    [InlineData(SessionToken, "3a8762cf4252b1f285ed63a4b4e1340a2fc1ed78be0397d7fe66a220205715fd")]
    public void Signature_IsThatOfAnotherImplementation(string? sessionToken, string signature) =>
        Parameters(MskToken.Make(Keys(sessionToken), "eu-west-1", Now))["X-Amz-Signature"].ShouldBe(signature);

    [Fact]
    public void Token_IsThePresignedAddressWithOurNameBehindIt() =>
        Address(MskToken.Make(Keys(null), "eu-west-1", Now)).ShouldBe(
            "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Feu-west-1%2Fkafka-cluster%2Faws4_request&X-Amz-Date=20261121T102030Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=4d4685200cbb0972e95ff270d300b50699480cc27b51fe6a468b1417423c9b95&User-Agent=entitysync");

    [Fact]
    public void Token_IsBase64UrlWithoutPadding()
    {
        var token = MskToken.Make(Keys(SessionToken), "eu-west-1", Now);
        token.Text.ShouldMatch("^[A-Za-z0-9_-]+$");
        Parameters(token)["X-Amz-Security-Token"].ShouldBe(SessionToken);
    }

    /// <summary>The steps of the Signature Version 4 documentation, written down a second time.</summary>
    [Theory]
    [InlineData("eu-west-1", null, "2026-01-01T00:00:00Z")]
    [InlineData("us-gov-west-1", "short", "2026-12-31T23:59:59Z")]
    [InlineData("ap-southeast-2", "FwoGZXIvYXdzE//+==%20&=*'()!~", "2027-02-28T12:00:01Z")]
    public void Signature_IsThatOfTheDocumentedSteps(string region, string? sessionToken, string at)
    {
        var now = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);
        var parameters = Parameters(MskToken.Make(Keys(sessionToken), region, now));

        var signed = parameters.Where(parameter => parameter.Key is not ("X-Amz-Signature" or "User-Agent")).OrderBy(parameter => parameter.Key, StringComparer.Ordinal);
        var query = string.Join('&', signed.Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));
        var request = $"GET\n/\n{query}\nhost:kafka.{region}.amazonaws.com\n\nhost\n{Hex(SHA256.HashData([]))}";
        var day = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var text = $"AWS4-HMAC-SHA256\n{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}\n{day}/{region}/kafka-cluster/aws4_request\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        byte[] key = [.. "AWS4"u8, .. Encoding.UTF8.GetBytes(SecretKey)];
        foreach (var part in (string[])[day, region, "kafka-cluster", "aws4_request"]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        parameters["X-Amz-Signature"].ShouldBe(Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void Token_EndsAfterAQuarterOfAnHourOrWithTheCredentials()
    {
        MskToken.Make(Keys(null), "eu-west-1", Now).ExpiresAt.ShouldBe(Now.AddSeconds(900));
        MskToken.Make(Keys(null), "eu-west-1", Now, Now.AddSeconds(300)).ExpiresAt.ShouldBe(Now.AddSeconds(300));
        MskToken.Make(Keys(null), "eu-west-1", Now, Now.AddHours(1)).ExpiresAt.ShouldBe(Now.AddSeconds(900));
    }

    [Fact]
    public void Token_DoesNotPrintItself() => MskToken.Make(Keys(SessionToken), "eu-west-1", Now).ToString().ShouldBe("MSK token until 2026-11-21 10:35:30Z");

    [Fact]
    public void Client_IsGivenANewTokenEachTime()
    {
        var clock = new TestClock(Now);
        var identity = new MskIdentity("eu-west-1", () => new SessionAWSCredentials(AccessKey, SecretKey, SessionToken), clock);
        var given = new List<(string Token, long Until)>();

        identity.GiveToken((token, until) => given.Add((token, until)), reason => throw new InvalidOperationException(reason));
        clock.Advance(TimeSpan.FromMinutes(12));
        identity.GiveToken((token, until) => given.Add((token, until)), reason => throw new InvalidOperationException(reason));

        given.Select(each => each.Until).ShouldBe([Now.AddSeconds(900).ToUnixTimeMilliseconds(), Now.AddSeconds(900 + 720).ToUnixTimeMilliseconds()]);
        given[0].Token.ShouldBe(MskToken.Make(Keys(SessionToken), "eu-west-1", Now).Text);
        given[1].Token.ShouldNotBe(given[0].Token);
    }

    [Fact]
    public void CredentialsThatEndSooner_EndTheToken()
    {
        var credentials = new SessionAWSCredentials(AccessKey, SecretKey, SessionToken) { Expiration = Now.AddMinutes(5).UtcDateTime };
        long? end = null;
        new MskIdentity("eu-west-1", () => credentials, new TestClock(Now)).GiveToken((_, until) => end = until, reason => throw new InvalidOperationException(reason));
        end.ShouldBe(Now.AddMinutes(5).ToUnixTimeMilliseconds());
    }

    [Fact]
    public void NoCredentials_AreToldToTheClient()
    {
        string? failure = null;
        new MskIdentity("eu-west-1", () => throw new AmazonClientException("Failed to resolve AWS credentials."), new TestClock(Now))
            .GiveToken((_, _) => throw new InvalidOperationException(), reason => failure = reason);
        failure.ShouldBe("KAFKA_AUTHENTICATION is 'iam', and no AWS credentials were found to sign with: Failed to resolve AWS credentials.");
    }

    private static ImmutableCredentials Keys(string? sessionToken) => new(AccessKey, SecretKey, sessionToken);

    private static string Address(MskToken token) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Text));

    private static Dictionary<string, string> Parameters(MskToken token) => new Uri(Address(token)).Query[1..].Split('&')
        .Select(parameter => parameter.Split('=', 2))
        .ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
