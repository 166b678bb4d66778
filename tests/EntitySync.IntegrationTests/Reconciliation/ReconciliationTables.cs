using Amazon.DynamoDBv2;
using EntitySync.Local.Runner;
using EntitySync.Local.Template;

namespace EntitySync.IntegrationTests.Reconciliation;

internal static class ReconciliationTables
{
    private static readonly TableDefinition Table = SamTemplate.Load(Checkout.PathOf("template.yaml")).Tables["ReconciliationsTable"];

    /// <summary>Creates a table with keys, index and stream as template.yaml declares ReconciliationsTable.</summary>
    public static async Task<string> CreateAsync(IAmazonDynamoDB client)
    {
        var name = LocalPartsFixture.Unique("reconciliations");
        await client.CreateTableAsync(TableSetup.Request(Table, name));
        return name;
    }
}
