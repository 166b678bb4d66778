using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using EntitySync.Adapters.Msk;
using EntitySync.Core.Errors;
using EntitySync.Functions;
using EntitySync.Tests.Functions;

namespace EntitySync.Tests.Adapters.Msk;

/// <summary>GetBootstrapBrokers against a network that is a list of answers. The signatures are those of botocore 1.43 for the same call at the same moment.</summary>
public sealed class MskBrokersTests : HttpMessageHandler
{
    private const string Arn = "arn:aws:kafka:eu-west-1:111111111111:cluster/entities/01234567-89ab-cdef-0123-456789abcdef-s3";
    private const string Brokers = "boot-1.c1.kafka-serverless.eu-west-1.amazonaws.com:9098";

    private static readonly BasicAWSCredentials Keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    private readonly Queue<Func<HttpResponseMessage>> _answers = new();
    private readonly List<HttpRequestMessage> _requests = [];
    private readonly StillClock _clock = new();

    public static TheoryData<string, int, string> Refusals => new()
    {
        { """{"message":"Cluster is not found."}""", 404, "404 NotFoundException: Cluster is not found." },
        { "<html>login</html>", 400, "400 NotFoundException: <html>login</html>" },
    };

    [Theory]
    [InlineData(null, "host;x-amz-date, Signature=90f6cb6a30c6202c9f04a0c6306359482450c445c3157b25cc490cad7971682d")]
    [InlineData("AQoDYXdzEPT//////////wEXAMPLE", "host;x-amz-date;x-amz-security-token, Signature=eeea5c66575e90641d73b475262bd6d8ab28321dbc68f298a593b551fddfb672")]
    public async Task Call_IsSignedAsTheServiceChecksIt(string? token, string signature)
    {
        (await FindAsync(credentials: token is null ? Keys : new SessionAWSCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token))).ShouldBe(Brokers);
        var request = _requests.ShouldHaveSingleItem();
        request.Method.ShouldBe(HttpMethod.Get);
        request.RequestUri!.AbsoluteUri.ShouldBe(
            "https://kafka.eu-west-1.amazonaws.com/v1/clusters/arn%3Aaws%3Akafka%3Aeu-west-1%3A111111111111%3Acluster%2Fentities%2F01234567-89ab-cdef-0123-456789abcdef-s3/bootstrap-brokers");
        request.Headers.GetValues("x-amz-date").ShouldBe(["20261121T123456Z"]);
        request.Headers.GetValues("Authorization").ShouldBe([$"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/kafka/aws4_request, SignedHeaders={signature}"]);
    }

    [Theory]
    [InlineData("arn:aws-cn:kafka:cn-north-1:111111111111:cluster/a/1", "kafka.cn-north-1.amazonaws.com.cn")]
    [InlineData("arn:aws-us-gov:kafka:us-gov-west-1:111111111111:cluster/a/1", "kafka.us-gov-west-1.amazonaws.com")]
    public async Task Endpoint_IsThatOfTheClustersRegion(string arn, string host)
    {
        await FindAsync(arn);
        _requests.Single().RequestUri!.Host.ShouldBe(host);
    }

    [Theory]
    [InlineData("")]
    [InlineData("broker-1:9092")]
    [InlineData("arn:aws:kafka:evil.example/#:111111111111:cluster/a/1")]
    [InlineData("arn:aws:kafka:eu-west-1:111111111111:cluster/a/1\n")]
    [InlineData("arn:aws:kafka:eu-west-1:111111111111:topic/a/1/t")]
    public async Task OtherThanAnArnOfACluster_IsRefusedUnasked(string arn)
    {
        (await Should.ThrowAsync<InvalidRequestException>(FindAsync(arn))).Message.ShouldBe($"'{arn}' is not the ARN of an MSK cluster (arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/ID).");
        _requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task BusyService_IsAskedAgain()
    {
        Answer(429, """{"message":"slow down"}""", "TooManyRequestsException");
        Answer(503, "");
        _answers.Enqueue(() => throw new HttpRequestException("connection lost"));
        (await FindAsync()).ShouldBe(Brokers);
        _requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task PermissionThatDoesNotCountYet_IsWaitedFor()
    {
        Answer(403, """{"message":"not authorized"}""", "AccessDeniedException");
        (await FindAsync()).ShouldBe(Brokers);
        _requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task PermissionThatIsMissing_IsSaidAtTheEnd()
    {
        for (var i = 0; i < 8; i++) Answer(403, """{"message":"not authorized"}""", "AccessDeniedException:http://internal");
        (await Should.ThrowAsync<InvalidRequestException>(FindAsync())).Message.ShouldBe(
            $"GetBootstrapBrokers of {Arn}: 403 AccessDeniedException: not authorized. The role of FindBrokers needs kafka:GetBootstrapBrokers on this cluster.");
        _requests.Count.ShouldBe(8);
    }

    [Fact]
    public async Task ServiceThatStaysBusy_IsATransientFailure()
    {
        for (var i = 0; i < 8; i++) Answer(500, """{"message":"internal"}""", "InternalServerErrorException");
        (await Should.ThrowAsync<TransientException>(FindAsync())).Message.ShouldBe($"GetBootstrapBrokers of {Arn}: 500 InternalServerErrorException: internal");
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task Refusal_IsNotAskedAgain(string body, int status, string message)
    {
        Answer(status, body, "NotFoundException");
        (await Should.ThrowAsync<InvalidRequestException>(FindAsync())).Message.ShouldBe($"GetBootstrapBrokers of {Arn}: {message}");
        _requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"bootstrapBrokerStringTls":"b-1:9094"}""")]
    [InlineData("""{"bootstrapBrokerStringSaslIam":""}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task ClusterWithoutIam_IsSaid(string body)
    {
        Answer(200, body);
        (await Should.ThrowAsync<InvalidRequestException>(FindAsync())).Message.ShouldBe($"GetBootstrapBrokers of {Arn}: the cluster names no brokers for IAM. Is IAM access control on?");
    }

    [Fact]
    public async Task FindBrokers_AnswersWithTheBrokers()
    {
        var rig = new CustomResourceRig();
        var properties = new JsonObject { ["ServiceToken"] = "arn:lambda", ["ClusterArn"] = Arn, ["AskedAgainWith"] = "3" };
        await rig.InvokeAsync(new FindBrokers(rig.Resource, () => Msk(Keys)).HandleAsync, CustomResourceRig.Request("Create", properties).ToJsonString());
        rig.Outcome.ShouldBe($$"""SUCCESS  {"BootstrapServers":"{{Brokers}}"}""");
    }

    [Fact]
    public async Task FindBrokersWithoutACluster_Fails()
    {
        var rig = new CustomResourceRig();
        await rig.InvokeAsync(new FindBrokers(rig.Resource, () => Msk(Keys)).HandleAsync, CustomResourceRig.Request("Update", new JsonObject { ["ClusterArn"] = 1 }, "before").ToJsonString());
        rig.Outcome.ShouldBe("FAILED ClusterArn is missing or is no text. (log stream 2026/11/21/[1]abc)");
        _requests.ShouldBeEmpty();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Add(request);
        return Task.FromResult(_answers.TryDequeue(out var answer) ? answer() : Respond(200, $$"""{"bootstrapBrokerStringSaslIam":"{{Brokers}}"}"""));
    }

    private Task<string> FindAsync(string arn = Arn, AWSCredentials? credentials = null) => Msk(credentials ?? Keys).FindAsync(arn, TestContext.Current.CancellationToken);

    private MskBrokers Msk(AWSCredentials credentials) => new(new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan }, () => credentials, _clock);

    private void Answer(int status, string body, string? kind = null) => _answers.Enqueue(() => Respond(status, body, kind));

    private static HttpResponseMessage Respond(int status, string body, string? kind = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (kind is not null) response.Headers.Add("x-amzn-errortype", kind);
        return response;
    }

    /// <summary>Stands still: timeouts never come, and pauses between attempts are over at once.</summary>
    private sealed class StillClock : TimeProvider
    {
        private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 12, 34, 56, TimeSpan.Zero);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != AttemptTimeout && dueTime != Timeout.InfiniteTimeSpan) callback(state);
            return new CustomResourceRig.LeapingPauses().CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }
    }
}
