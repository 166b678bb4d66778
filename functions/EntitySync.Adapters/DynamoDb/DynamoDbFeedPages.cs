using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.Feeds;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Page runs in one table: partition key <c>feed</c>, sort key <c>first</c> (number of the first page). <c>parts</c> is JSON text, <c>[[partition,from,to],…]</c>. Nothing is ever changed
/// or removed here. All reads are consistent: a run that is not seen would be made a second time.
/// </summary>
/// <param name="client">Its retries do no harm: an add that comes twice is told that another writer was first, and the run is read again.</param>
/// <param name="table">Physical name.</param>
public sealed class DynamoDbFeedPages(IAmazonDynamoDB client, string table) : IFeedPages
{
    private const string Feed = "feed";
    private const string First = "first";
    private const string Count = "count";
    private const string Topic = "topic";
    private const string Parts = "parts";
    private const string SealedAt = "sealedAt";

    public Task<PageRun?> LastAsync(string feed, CancellationToken cancellationToken) => HighestAsync(feed, long.MaxValue, cancellationToken);

    public async Task<PageRun?> FindAsync(string feed, long page, CancellationToken cancellationToken) =>
        await HighestAsync(feed, page, cancellationToken) is { } run && page <= run.Last ? run : null;

    public async Task<bool> TryAddAsync(string feed, PageRun run, CancellationToken cancellationToken)
    {
        var request = new PutItemRequest
        {
            TableName = table,
            Item = ToItem(feed, run),
            ConditionExpression = "attribute_not_exists(#first)",
            ExpressionAttributeNames = new() { ["#first"] = First },
        };
        try
        {
            await DynamoDbErrors.CallAsync("PutItem", table, () => client.PutItemAsync(request, cancellationToken), cancellationToken);
            return true;
        }
        catch (ConflictException)
        {
            return false;
        }
    }

    private async Task<PageRun?> HighestAsync(string feed, long page, CancellationToken cancellationToken)
    {
        var request = new QueryRequest
        {
            TableName = table,
            KeyConditionExpression = "#feed = :feed AND #first <= :page",
            ExpressionAttributeNames = new() { ["#feed"] = Feed, ["#first"] = First },
            ExpressionAttributeValues = new() { [":feed"] = new() { S = feed }, [":page"] = Number(page) },
            ScanIndexForward = false,
            ConsistentRead = true,
            Limit = 1,
        };
        var response = await DynamoDbErrors.CallAsync("Query", table, () => client.QueryAsync(request, cancellationToken), cancellationToken);
        return response.Items is [var item, ..] ? ToRun(feed, item) : null;
    }

    private static Item ToItem(string feed, PageRun run) => new()
    {
        [Feed] = new() { S = feed },
        [First] = Number(run.First),
        [Count] = Number(run.Count),
        [Topic] = new() { S = run.Topic },
        [Parts] = new() { S = JsonSerializer.Serialize(run.Parts.Select(part => new[] { part.Partition, part.From, part.To })) },
        [SealedAt] = new() { S = run.SealedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) },
    };

    private PageRun ToRun(string feed, Item item)
    {
        try
        {
            var parts = JsonSerializer.Deserialize<long[][]>(item[Parts].S)!;
            return new PageRun(
                long.Parse(item[First].N, CultureInfo.InvariantCulture),
                long.Parse(item[Count].N, CultureInfo.InvariantCulture),
                item[Topic].S,
                [.. parts.Select(part => new PagePart((int)part[0], part[1], part[2]))],
                DateTimeOffset.Parse(item[SealedAt].S, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException or JsonException or IndexOutOfRangeException or ArgumentNullException or OverflowException)
        {
            throw new InvalidRequestException($"Table '{table}' has an item of feed '{feed}' that is no run of pages: {exception.Message}", exception);
        }
    }

    private static AttributeValue Number(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };
}
