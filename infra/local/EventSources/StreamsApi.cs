using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EntitySync.Local.EventSources;

internal enum StreamsError { ExpiredIterator, TrimmedData, Retry }

internal sealed class StreamsException(StreamsError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public StreamsError Error => error;
}

/// <param name="Parent">Null for the first shard of a stream.</param>
internal sealed record Shard(string Id, string? Parent);

/// <param name="NextIterator">Null when the shard is closed and read to its end.</param>
internal sealed record StreamPage(IReadOnlyList<StreamRecord> Records, string? NextIterator);

/// <summary>
/// The DynamoDB Streams API over plain JSON, for an emulator: the requests carry a signature that only an emulator accepts.
/// </summary>
internal sealed class StreamsApi(HttpClient http, Uri endpoint)
{
    private const string DummySignature = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

    /// <summary>ARN of the table's stream; null while the table or its stream does not exist.</summary>
    public async Task<string?> FindStreamAsync(string table, CancellationToken cancellationToken)
    {
        var (status, answer) = await SendAsync("DynamoDB_20120810.DescribeTable", new JsonObject { ["TableName"] = table }, cancellationToken);
        if (status == 200) return JsonNode.Parse(answer)?["Table"]?["LatestStreamArn"]?.ToString();
        return ErrorType(answer) == "ResourceNotFoundException" ? null : throw Error(answer);
    }

    public async Task<IReadOnlyList<Shard>> ListShardsAsync(string streamArn, CancellationToken cancellationToken)
    {
        var shards = new List<Shard>();
        string? last = null;
        do
        {
            var request = new JsonObject { ["StreamArn"] = streamArn };
            if (last is not null) request["ExclusiveStartShardId"] = last;
            var description = JsonNode.Parse(await CallAsync("DescribeStream", request, cancellationToken))!["StreamDescription"]!;
            shards.AddRange(description["Shards"]!.AsArray().Select(shard => new Shard(shard!["ShardId"]!.ToString(), shard["ParentShardId"]?.ToString())));
            last = description["LastEvaluatedShardId"]?.ToString();
        }
        while (last is not null);
        return shards;
    }

    /// <param name="after">Sequence number after which to read; null for a start at <paramref name="startingPosition"/>.</param>
    public async Task<string> GetIteratorAsync(string streamArn, string shard, string startingPosition, string? after, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["StreamArn"] = streamArn, ["ShardId"] = shard, ["ShardIteratorType"] = after is null ? startingPosition : "AFTER_SEQUENCE_NUMBER" };
        if (after is not null) request["SequenceNumber"] = after;
        return JsonNode.Parse(await CallAsync("GetShardIterator", request, cancellationToken))!["ShardIterator"]!.ToString();
    }

    public async Task<StreamPage> GetRecordsAsync(string iterator, CancellationToken cancellationToken) =>
        StreamRecordReader.Page(await CallAsync("GetRecords", new JsonObject { ["ShardIterator"] = iterator }, cancellationToken));

    private async Task<byte[]> CallAsync(string operation, JsonObject request, CancellationToken cancellationToken)
    {
        var (status, answer) = await SendAsync("DynamoDBStreams_20120810." + operation, request, cancellationToken);
        return status == 200 ? answer : throw Error(answer);
    }

    private async Task<(int Status, byte[] Answer)> SendAsync(string target, JsonObject request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request)) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        message.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        message.Headers.TryAddWithoutValidation("Authorization", DummySignature);
        try
        {
            using var response = await http.SendAsync(message, cancellationToken);
            return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StreamsException(StreamsError.Retry, $"{endpoint} does not answer: {exception.Message}", exception);
        }
    }

    private static StreamsException Error(byte[] answer)
    {
        var type = ErrorType(answer);
        var error = type switch
        {
            "ExpiredIteratorException" => StreamsError.ExpiredIterator,
            "TrimmedDataAccessException" => StreamsError.TrimmedData,
            _ => StreamsError.Retry, // throttled, busy, or an unknown reason: all are tried again with growing delays
        };
        return new StreamsException(error, $"{type}: {System.Text.Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, 300)))}");
    }

    // {"__type":"com.amazonaws.dynamodb.v20120810#ExpiredIteratorException","message":"..."}
    private static string ErrorType(byte[] answer)
    {
        try
        {
            return JsonNode.Parse(answer)?["__type"]?.ToString().Split('#')[^1] ?? "unknown error";
        }
        catch (JsonException)
        {
            return "unknown error";
        }
    }
}
