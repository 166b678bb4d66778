using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Projecting;

/// <summary>Damages a read model's table as accidents do: rows edited by hand, rows deleted, rows whose facts are rubbish, rows of nobody.</summary>
internal static class Damage
{
    private const int Phantoms = 5;
    private static readonly byte[] Rubbish = [0xff, 0x00, 0xff];

    /// <param name="table">The table of the version that answers.</param>
    /// <param name="keys">Rows that are there.</param>
    /// <returns>How many rows are wrong now.</returns>
    public static async Task<int> DoAsync(LocalRunner runner, string table, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var key = new Dictionary<string, AttributeValue> { ["rowKey"] = new() { S = keys[i] } };
            var work = (i % 3) switch
            {
                0 => SetAsync("document", new AttributeValue { S = """{"status":"Delivered","total":0}""" }),
                1 => runner.DynamoDb.DeleteItemAsync(table, key, cancellationToken),
                _ => EditedAsync(),
            };
            await work;

            Task SetAsync(string attribute, AttributeValue value) => runner.DynamoDb.UpdateItemAsync(
                new UpdateItemRequest
                {
                    TableName = table,
                    Key = key,
                    UpdateExpression = "SET #attribute = :value",
                    ExpressionAttributeNames = new() { ["#attribute"] = attribute },
                    ExpressionAttributeValues = new() { [":value"] = value },
                },
                cancellationToken);

            async Task EditedAsync()
            {
                await SetAsync("facts", new AttributeValue { B = new MemoryStream(Rubbish) });
                await SetAsync("document", new AttributeValue { S = """{"status":"?"}""" });
            }
        }

        for (var i = 1; i <= Phantoms; i++)
        {
            var item = new Dictionary<string, AttributeValue>
            {
                ["rowKey"] = new() { S = $"nobody-{i}" }, ["revision"] = new() { N = "1" }, ["facts"] = new() { B = new MemoryStream(Rubbish) }, ["document"] = new() { S = new JsonObject { ["status"] = "Placed" }.ToJsonString() },
            };
            await runner.DynamoDb.PutItemAsync(table, item, cancellationToken);
        }

        return keys.Count + Phantoms;
    }
}
