using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Local.Template;

namespace EntitySync.Local.Runner;

/// <summary>Makes the template's tables in DynamoDB Local, with their keys, indexes and streams, and the attribute by which items expire.</summary>
public static class TableSetup
{
    public static async Task CreateAsync(IAmazonDynamoDB client, IEnumerable<TableDefinition> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            try
            {
                await client.CreateTableAsync(Request(table), cancellationToken);
                if (table.TimeToLiveAttribute is { } attribute) await client.UpdateTimeToLiveAsync(TimeToLive(table.Name, attribute), cancellationToken);
            }
            catch (ResourceInUseException)
            {
                // It exists: an endpoint of the user's own keeps its tables.
            }
        }
    }

    /// <summary>What makes <paramref name="table"/>.</summary>
    /// <param name="table">As the template has it.</param>
    /// <param name="name">Another physical name.</param>
    public static CreateTableRequest Request(TableDefinition table, string? name = null) => new()
    {
        TableName = name ?? table.Name,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [.. table.Keys.Concat(table.Indexes.SelectMany(index => index.Keys)).DistinctBy(key => key.Attribute).Select(key => new AttributeDefinition(key.Attribute, key.AttributeType))],
        KeySchema = Schema(table.Keys),
        GlobalSecondaryIndexes = table.Indexes.IsEmpty ? null : [.. table.Indexes.Select(Index)],
        StreamSpecification = table.StreamViewType is { } view ? new StreamSpecification { StreamEnabled = true, StreamViewType = view } : null,
    };

    private static GlobalSecondaryIndex Index(TableIndex index) => new()
    {
        IndexName = index.Name,
        KeySchema = Schema(index.Keys),
        Projection = new Projection { ProjectionType = index.ProjectionType, NonKeyAttributes = index.Projected.IsEmpty ? null : [.. index.Projected] },
    };

    private static List<KeySchemaElement> Schema(IEnumerable<TableKey> keys) => [.. keys.Select(key => new KeySchemaElement(key.Attribute, key.KeyType))];

    private static UpdateTimeToLiveRequest TimeToLive(string table, string attribute) => new()
    {
        TableName = table,
        TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true },
    };
}
