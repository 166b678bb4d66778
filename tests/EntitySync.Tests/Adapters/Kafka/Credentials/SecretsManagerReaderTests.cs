using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.SecretsManager;
using EntitySync.Adapters.Kafka.Credentials;
using EntitySync.Tests.DynamoDb;
using InvalidRequestException = EntitySync.Core.Errors.InvalidRequestException;
using TransientException = EntitySync.Core.Errors.TransientException;

namespace EntitySync.Tests.Adapters.Kafka.Credentials;

/// <summary>Through the client of the package, its own marshalling, retries and errors included.</summary>
public sealed class SecretsManagerReaderTests
{
    private string? _endpoint;

    [Fact]
    public void Secret_IsReadInTheRegionOfItsArn()
    {
        var http = new HttpStub((_, _) => HttpStub.Ok(new JsonObject { ["ARN"] = SecretSamples.Arn, ["SecretString"] = SecretSamples.User(), ["CreatedDate"] = 1.5e9 }));

        Reader(http).Read(SecretSamples.Arn).ShouldBe(SecretSamples.User());

        var request = http.Requests.ShouldHaveSingleItem();
        request.Operation.ShouldBe("GetSecretValue");
        request.Body.ToJsonString().ShouldBe(new JsonObject { ["SecretId"] = SecretSamples.Arn }.ToJsonString());
        _endpoint.ShouldBe("eu-west-1");
    }

    [Fact]
    public void BinarySecret_IsRefused() =>
        Should.Throw<InvalidRequestException>(() => Reader(new HttpStub((_, _) => HttpStub.Ok(new JsonObject { ["SecretBinary"] = "UzNDUkVU" }))).Read(SecretSamples.Arn))
            .Message.ShouldBe($"The secret {SecretSamples.Arn} holds bytes; text is expected.");

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("ResourceNotFoundException")]
    [InlineData("DecryptionFailure")]
    public void Refusal_IsNoReasonToTryAgain(string error) =>
        Should.Throw<InvalidRequestException>(() => Reader(new HttpStub((_, _) => HttpStub.Error(error))).Read(SecretSamples.Arn)).Message
            .ShouldBe($"The secret {SecretSamples.Arn} cannot be read: {error}: because");

    [Fact]
    public void ServiceThatIsAway_MayComeBack() =>
        Should.Throw<TransientException>(() => Reader(new HttpStub((_, _) => HttpStub.Error("InternalServiceError", 500))).Read(SecretSamples.Arn)).Message
            .ShouldBe($"The secret {SecretSamples.Arn} cannot be read: InternalServiceError: because");

    [Fact]
    public void NoAnswer_MayComeLater() =>
        Should.Throw<TransientException>(() => Reader(new HttpStub((_, _) => throw new HttpRequestException("connection refused"))).Read(SecretSamples.Arn)).Message
            .ShouldStartWith($"The secret {SecretSamples.Arn} cannot be read: ");

    private SecretsManagerReader Reader(HttpStub http) => new(config =>
    {
        _endpoint = config.RegionEndpoint.SystemName;
        config.HttpClientFactory = http;
        config.MaxErrorRetry = 0;
        return new AmazonSecretsManagerClient(new BasicAWSCredentials("key", "secret"), config);
    });
}
