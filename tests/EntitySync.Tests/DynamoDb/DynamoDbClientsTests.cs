using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;

namespace EntitySync.Tests.DynamoDb;

public sealed class DynamoDbClientsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8000", null, true)]
    [InlineData("http://dynamodb:8000", null, true)]
    [InlineData("https://localhost:8000", null, true)]
    [InlineData("http://127.0.0.1:8000", "AWS_ACCESS_KEY_ID", false)]
    [InlineData("https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com", null, false)]
    [InlineData(null, null, false)]
    public void MadeUpCredentials_OnlyForAnEmulatorAndWhenThereAreNone(string? endpoint, string? variable, bool expected) =>
        (AwsEndpoint.CredentialsFor(endpoint, name => name == variable ? "set" : null) is not null).ShouldBe(expected);

    [Fact]
    public void Endpoint_RetriesAndTimeouts_AreSet()
    {
        using var client = DynamoDbClients.Create(new EntitySyncSettings { DynamoDbEndpoint = "http://127.0.0.1:8000" }, name => name == "AWS_REGION" ? "eu-north-1" : null);
        var config = (AmazonDynamoDBConfig)client.Config;
        config.ServiceURL.ShouldStartWith("http://127.0.0.1:8000");
        config.AuthenticationRegion.ShouldBe("eu-north-1");
        config.MaxErrorRetry.ShouldBe(4);
        config.Timeout.ShouldBe(TimeSpan.FromSeconds(10));
        config.JsonMaxDepth.ShouldBe(128);
    }
}
