using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace EntitySync.IntegrationTests.Replay;

internal static class ReplayTables
{
    /// <summary>Creates a table as template.yaml declares ReplaysTable.</summary>
    public static async Task<string> CreateAsync(IAmazonDynamoDB client)
    {
        var table = LocalPartsFixture.Unique("replays");
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new("replayId", ScalarAttributeType.S), new("part", ScalarAttributeType.S)],
            KeySchema = [new("replayId", KeyType.HASH), new("part", KeyType.RANGE)],
        });
        return table;
    }
}
