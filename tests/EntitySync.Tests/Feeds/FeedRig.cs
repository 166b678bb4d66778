using System.Text;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Definitions;
using EntitySync.Core.Feeds;
using EntitySync.Functions;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Feeds;

/// <summary>A feed of a topic in memory.</summary>
public sealed class FeedRig
{
    public const string Topic = "events";

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    /// <param name="pages">What takes the place of <see cref="Pages"/>; null for those.</param>
    public FeedRig(int pageSize = 10, int partitions = 1, IFeedPages? pages = null)
    {
        Definition = new FeedDefinition("shop", Topic, "Events of the shop", pageSize);
        Topics.CreateTopic(Topic, partitions);
        Reader = new FeedReader(Topics, pages ?? Pages, Clock, partitionsAtOnce: 1); // so that random histories go the same way each time
    }

    public FeedDefinition Definition { get; set; }

    public TestClock Clock { get; } = new();

    public InMemoryTopicReader Topics { get; } = new();

    public InMemoryFeedPages Pages { get; } = new();

    public FeedReader Reader { get; }

    /// <summary>True where thousands of requests are made, and the form of events is tested elsewhere.</summary>
    public bool SkipsSerialization { get; init; }

    /// <summary>Appends records with a JSON value each, a second apart.</summary>
    public void Append(int partition, int count)
    {
        for (var number = 0; number < count; number++) Append(partition, $"k{number}", $$"""{"n":{{number}}}""");
    }

    /// <returns>The offset.</returns>
    public long Append(int partition, string? key, string? value, int? second = null) =>
        Append(partition, key is null ? null : Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value), second);

    public long Append(int partition, byte[]? key, byte[]? value, int? second = null)
    {
        var at = second ?? (int)Topics.RangesAsync(Topic, CancellationToken.None).Result.Sum(range => range.End);
        return Topics.Append(Topic, partition, Core.State.OptionalBytes.From(key), Core.State.OptionalBytes.From(value), Start.AddSeconds(at));
    }

    public Task<FeedPage> NewestAsync() => Reader.NewestAsync(Definition, CancellationToken.None);

    public Task<FeedPage?> ArchiveAsync(long page) => Reader.ArchiveAsync(Definition, page, CancellationToken.None);

    /// <summary>Partition and offset of the entries, newest first: <c>0/12 0/11 1/3</c>.</summary>
    public static string Places(FeedPage? page) => string.Join(' ', page!.Entries.Select(entry => $"{entry.Partition}/{entry.Offset}"));

    public static string Gaps(FeedPage page) => string.Join(' ', page.Missing.Select(part => $"{part.Partition}/{part.From}..{part.To - 1}"));

    public static byte[] Atom(FeedPage page) => Bytes(page, AtomFeedWriter.Write);

    public static byte[] Json(FeedPage page) => Bytes(page, JsonFeedWriter.Write);

    /// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
    public async Task<RigAnswer> SendAsync(string path, string method = "GET", params (string Name, string Value)[] headers)
    {
        var request = new APIGatewayHttpApiV2ProxyRequest
        {
            RawPath = path,
            Headers = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
            RequestContext = new() { Http = new() { Method = method, Path = path } },
        };
        var feed = new Feed(new FeedCatalog([Definition]), Reader, Clock, NullLogger<Feed>.Instance);
        var response = await feed.HandleAsync(Copy(request), new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(20) });
        using var stream = new MemoryStream();
        if (!SkipsSerialization) _serializer.Serialize(response, stream);
        var copy = Copy(response);
        var body = copy.Body is null ? [] : copy.IsBase64Encoded ? Convert.FromBase64String(copy.Body) : Encoding.UTF8.GetBytes(copy.Body);
        return new RigAnswer(copy.StatusCode, new Dictionary<string, string>(copy.Headers, StringComparer.OrdinalIgnoreCase), body, stream.Length);
    }

    private T Copy<T>(T value)
    {
        if (SkipsSerialization) return value;
        using var stream = new MemoryStream();
        _serializer.Serialize(value, stream);
        stream.Position = 0;
        return _serializer.Deserialize<T>(stream);
    }

    private static byte[] Bytes(FeedPage page, Action<FeedPage, PageBuffer> write)
    {
        using var buffer = new PageBuffer();
        write(page, buffer);
        return buffer.Written.ToArray();
    }
}

/// <param name="Length">Bytes of the whole response as the function gives it to Lambda.</param>
public sealed record RigAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, long Length)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
