using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.ReadModels;
using EntitySync.Core.State;
using static EntitySync.Adapters.DynamoDb.AttributeValues;
using static EntitySync.Adapters.DynamoDb.ReadModelAttributes;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>One page of a list: a query of an index, or a scan. A page ends early, with a token, when it is large or finds little for much reading.</summary>
internal sealed class ReadModelList(IAmazonDynamoDB client, ThrottledCalls calls, string table, ReadModelVersionId version, RowQuery query)
{
    // Below what a Lambda may answer, with the megabyte that one more call may bring.
    private const long LargestPage = 4 * 1024 * 1024;

    // Of 1 MB at most each; a scan that meets nothing but deleted rows ends after them.
    private const int MostCalls = 20;

    // What is deleted counts as read, so a small page asks for more than it wants.
    private const int LeastScanned = 100;

    private readonly List<ListedRow> _rows = [];
    private long _bytes;

    public async Task<RowPage> PageAsync(CancellationToken cancellationToken)
    {
        var at = ReadModelPageToken.Parse(version, query)?.ToKey(query);
        if (IsEmptyRange()) return new RowPage([], null);
        for (var call = 0; call < MostCalls && _rows.Count < query.Limit && _bytes < LargestPage; call++)
        {
            at = query.Index is null ? await ScanAsync(at, cancellationToken) : await QueryAsync(at, cancellationToken);
            if (at is not { Count: > 0 }) return new RowPage(_rows, null);
        }

        return new RowPage(_rows, ReadModelPageToken.Of(version, query, at!).ToString());
    }

    private async Task<Item?> QueryAsync(Item? from, CancellationToken cancellationToken)
    {
        var index = query.Index!;
        var request = new QueryRequest
        {
            TableName = table,
            IndexName = index.Name,
            KeyConditionExpression = "#key = :key",
            ExpressionAttributeNames = new() { ["#key"] = IndexKey(index.Name) },
            ExpressionAttributeValues = new() { [":key"] = Text(query.Key!) },
            ScanIndexForward = !query.IsDescending,
            ExclusiveStartKey = from,
            Limit = query.Limit - _rows.Count,
        };
        if (query.From is { } least) request.ExpressionAttributeValues[":from"] = Sort(least, SortsNumbers(index));
        if (query.To is { } greatest) request.ExpressionAttributeValues[":to"] = Sort(greatest, SortsNumbers(index));
        if (RangeCondition() is { } range)
        {
            request.KeyConditionExpression += range;
            request.ExpressionAttributeNames["#sort"] = IndexSort(index.Name);
        }

        var response = await calls.RunAsync("Query", table, token => client.QueryAsync(request, token), cancellationToken);
        Take(response.Items);
        return response.LastEvaluatedKey;
    }

    private async Task<Item?> ScanAsync(Item? from, CancellationToken cancellationToken)
    {
        var request = new ScanRequest
        {
            TableName = table,
            ProjectionExpression = "#rowKey, #document",
            FilterExpression = "attribute_exists(#document)",
            ExpressionAttributeNames = new() { ["#rowKey"] = RowKey, ["#document"] = Document },
            ExclusiveStartKey = from,
            Limit = Math.Max(query.Limit - _rows.Count, LeastScanned),
        };
        var response = await calls.RunAsync("Scan", table, token => client.ScanAsync(request, token), cancellationToken);
        var found = response.Items ?? [];
        var missing = query.Limit - _rows.Count;
        Take(found.Take(missing));
        return found.Count > missing ? Key(_rows[^1].Key) : response.LastEvaluatedKey;
    }

    private void Take(IEnumerable<Item>? items)
    {
        foreach (var item in items ?? [])
        {
            var row = ToListed(item);
            _rows.Add(row);
            _bytes += row.Document.Length;
        }
    }

    private string? RangeCondition() => (query.From, query.To) switch
    {
        (null, null) => null,
        (_, null) => " AND #sort >= :from",
        (null, _) => " AND #sort <= :to",
        _ => " AND #sort BETWEEN :from AND :to",
    };

    // DynamoDB refuses a range whose ends are the wrong way round, and a key that no item can have.
    private bool IsEmptyRange()
    {
        if (query.Index is { } && query.Key is null or "") return true;
        if (query is not { Index: { } index, From: { } from, To: { } to }) return false;
        if (!SortsNumbers(index)) return ByteKeyOrder.Instance.Compare(Encoding.UTF8.GetBytes(from), Encoding.UTF8.GetBytes(to)) > 0;
        return decimal.TryParse(from, NumberStyles.Float, CultureInfo.InvariantCulture, out var least)
            && decimal.TryParse(to, NumberStyles.Float, CultureInfo.InvariantCulture, out var greatest) && least > greatest;
    }
}
