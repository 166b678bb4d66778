using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Local.Template;

namespace EntitySync.Local.Runner;

/// <summary>Makes the template's tables in DynamoDB Local, with their keys and streams.</summary>
internal static class TableSetup
{
    public static async Task CreateAsync(IAmazonDynamoDB client, IEnumerable<TableDefinition> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            try
            {
                await client.CreateTableAsync(Request(table), cancellationToken);
            }
            catch (ResourceInUseException)
            {
                // It exists: an endpoint of the user's own keeps its tables.
            }
        }
    }

    private static CreateTableRequest Request(TableDefinition table) => new()
    {
        TableName = table.Name,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [.. table.Keys.Select(key => new AttributeDefinition(key.Attribute, key.AttributeType))],
        KeySchema = [.. table.Keys.Select(key => new KeySchemaElement(key.Attribute, key.KeyType))],
        StreamSpecification = table.StreamViewType is { } view ? new StreamSpecification { StreamEnabled = true, StreamViewType = view } : null,
    };
}
