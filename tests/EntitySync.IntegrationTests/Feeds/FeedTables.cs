using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace EntitySync.IntegrationTests.Feeds;

internal static class FeedTables
{
    /// <summary>Creates a table as template.yaml declares FeedsTable.</summary>
    public static async Task<string> CreateAsync(IAmazonDynamoDB client)
    {
        var table = LocalPartsFixture.Unique("feeds");
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = table,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            AttributeDefinitions = [new("feed", ScalarAttributeType.S), new("first", ScalarAttributeType.N)],
            KeySchema = [new("feed", KeyType.HASH), new("first", KeyType.RANGE)],
        });
        return table;
    }
}
