using Amazon.DynamoDBv2;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Makes the DynamoDB client of a process.</summary>
public static class DynamoDbClients
{
    // An item of 32 levels takes twice as many in DynamoDB's own JSON, and the response a few more around them.
    private const int JsonDepth = 128;

    /// <param name="environment">Reads an environment variable; looked at for credentials and region when the endpoint is an emulator's.</param>
    public static IAmazonDynamoDB Create(EntitySyncSettings settings, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var config = new AmazonDynamoDBConfig { JsonMaxDepth = JsonDepth }.Configure(settings.DynamoDbEndpoint, environment);
        return AwsEndpoint.CredentialsFor(settings.DynamoDbEndpoint, environment) is { } credentials
            ? new AmazonDynamoDBClient(credentials, config)
            : new AmazonDynamoDBClient(config);
    }
}
