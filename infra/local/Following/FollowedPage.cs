using System.Text.Json;

namespace EntitySync.Local.Following;

/// <summary>An entry of a page.</summary>
/// <param name="Extension">Its <c>_entitysync</c>.</param>
public sealed record FollowedEntry(string Id, int Partition, long Offset, JsonElement Extension);

/// <summary>A page in the JSON form: JSON Feed 1.1 with <c>_entitysync</c>.</summary>
/// <param name="Address">Where it was found.</param>
/// <param name="Number">Number of an archive page; null for the newest page.</param>
/// <param name="Previous">Address of the archive page before it; null when there is none.</param>
/// <param name="Entries">Oldest first, the other way round than on the page.</param>
/// <param name="Missing">What the page says about offsets without a record; null when there are none.</param>
public sealed record FollowedPage(Uri Address, long? Number, Uri? Previous, IReadOnlyList<FollowedEntry> Entries, string? Missing)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 }; // a value of 64 levels and what is around it

    /// <exception cref="FollowException">It is no such page.</exception>
    public static FollowedPage Parse(Uri address, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            var page = document.RootElement;
            var extension = page.GetProperty("_entitysync");
            var previous = extension.TryGetProperty("previous", out var link) ? new Uri(address, link.GetString()!) : null;
            long? number = extension.TryGetProperty("page", out var its) ? its.GetInt64() : null;
            var entries = page.GetProperty("items").EnumerateArray().Select(Entry).Reverse().ToList();
            return new FollowedPage(address, number, previous, entries, page.TryGetProperty("description", out var missing) ? missing.GetString() : null);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or UriFormatException)
        {
            throw new FollowException($"{address} is no page of a feed in its JSON form: {exception.Message}", exception);
        }
    }

    private static FollowedEntry Entry(JsonElement item)
    {
        var extension = item.GetProperty("_entitysync");
        return new FollowedEntry(item.GetProperty("id").GetString()!, extension.GetProperty("partition").GetInt32(), extension.GetProperty("offset").GetInt64(), extension.Clone());
    }
}
