using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.ReadModels;
using EntitySync.Tests.ReadModels;

namespace EntitySync.IntegrationTests.ReadModels;

[Trait("Category", "Integration")]
public sealed class DynamoDbReadModelRegistryTests(LocalPartsFixture parts) : ReadModelRegistryContract, IDisposable
{
    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();

    public void Dispose() => _client.Dispose();

    protected override async Task<IReadModelRegistry> RegistryAsync()
    {
        var name = LocalPartsFixture.Unique("read-models");
        await _client.CreateTableAsync(new CreateTableRequest
        {
            TableName = name,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new("readModel", ScalarAttributeType.S), new("part", ScalarAttributeType.S)],
            KeySchema = [new("readModel", KeyType.HASH), new("part", KeyType.RANGE)],
        });
        return new DynamoDbReadModelRegistry(_client, name, TimeProvider.System);
    }
}
