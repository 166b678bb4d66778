using Amazon.DynamoDBv2;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Reconciliation;
using EntitySync.Tests.Reconciliation;

namespace EntitySync.IntegrationTests.Reconciliation;

[Trait("Category", "Integration")]
public sealed class DynamoDbReconciliationTableContractTests(LocalPartsFixture parts) : ReconciliationTableContract, IDisposable
{
    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();

    public void Dispose() => _client.Dispose();

    protected override async Task<IReconciliationTable> TableAsync() => new DynamoDbReconciliationTable(_client, await ReconciliationTables.CreateAsync(_client), readsRefused: true);
}
