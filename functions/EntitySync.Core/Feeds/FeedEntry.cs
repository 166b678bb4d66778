using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Feeds;

/// <summary>What the value of a record is.</summary>
public enum FeedValueKind
{
    /// <summary>There is none.</summary>
    Tombstone,

    /// <summary>One JSON value in UTF-8.</summary>
    Json,

    /// <summary>Anything else.</summary>
    Bytes,
}

/// <summary>A record as an entry of a feed.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset; topic, partition and offset are its id.</param>
/// <param name="Timestamp">Its timestamp.</param>
/// <param name="Key">Key bytes; null when it has none.</param>
/// <param name="Kind">What the value is.</param>
/// <param name="Value">The value; empty when it is none, or too large to be on a page.</param>
/// <param name="ValueBytes">Length of the value, whether it is here or not.</param>
public sealed record FeedEntry(int Partition, long Offset, DateTimeOffset Timestamp, ReadOnlyMemory<byte>? Key, FeedValueKind Kind, ReadOnlyMemory<byte> Value, int ValueBytes)
{
    /// <summary>A larger value is not on the page, which has its address instead.</summary>
    public const int LargestValue = 32 * 1024;

    /// <summary>A longer key is not on the page, only its length.</summary>
    public const int LongestKey = 1024;

    private const int DeepestJson = 64;

    /// <summary>True when the value is too large to be held.</summary>
    public bool IsElsewhere => ValueBytes > Value.Length;

    public static FeedEntry Of(int partition, EnrichRecord record)
    {
        if (record.Value is not { } value) return new FeedEntry(partition, record.Offset, record.Timestamp, record.Key, FeedValueKind.Tombstone, default, 0);
        var kind = IsJson(value.Span) ? FeedValueKind.Json : FeedValueKind.Bytes;
        return new FeedEntry(partition, record.Offset, record.Timestamp, record.Key, kind, value.Length > LargestValue ? default : value, value.Length);
    }

    /// <summary><c>tag:entitysync,2026:orders/3/1234</c>: the same on every page and for ever.</summary>
    public string IdIn(string topic) => string.Create(CultureInfo.InvariantCulture, $"tag:entitysync,2026:{topic}/{Partition}/{Offset}");

    /// <summary>The key as text; null when there is none, it is not UTF-8, or it is longer than <see cref="LongestKey"/>.</summary>
    public string? KeyText() => Key is { } key && key.Length <= LongestKey && Utf8.IsValid(key.Span) ? Encoding.UTF8.GetString(key.Span) : null;

    /// <summary>Whether bytes are one JSON value in UTF-8.</summary>
    public static bool IsJson(ReadOnlySpan<byte> value)
    {
        if (!Utf8.IsValid(value)) return false;
        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = DeepestJson });
        try
        {
            var isThere = false;
            while (reader.Read()) isThere = true;
            return isThere;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
