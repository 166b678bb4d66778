using System.Text.Json;

namespace EntitySync.Local.Following;

/// <summary>How far a follower has come. What is printed is remembered by offsets, because an entry moves from the newest page to an archive page.</summary>
/// <param name="Feed">Address of the feed.</param>
/// <param name="Page">Address of the last archive page that was read to its end; null when none was.</param>
/// <param name="Number">Its number; 0 when none was.</param>
/// <param name="Next">By partition, the offset behind the last entry.</param>
public sealed record FollowPlace(Uri Feed, Uri? Page, long Number, IReadOnlyDictionary<int, long> Next)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static FollowPlace Beginning(Uri feed) => new(feed, null, 0, new Dictionary<int, long>());

    /// <returns>The place in the file; the beginning when there is no file.</returns>
    /// <exception cref="FollowException">The file is none that was written here, or is of another feed.</exception>
    public static FollowPlace Load(string? file, Uri feed)
    {
        if (file is null || !File.Exists(file)) return Beginning(feed);
        try
        {
            var place = JsonSerializer.Deserialize<FollowPlace>(File.ReadAllBytes(file), Options);
            if (place?.Feed is null || place.Next is null) throw new FollowException($"{file} does not say how far a feed was followed; delete it to begin anew.");
            return place.Feed == feed ? place : throw new FollowException($"{file} is of {place.Feed}, not of {feed}; give another --state.");
        }
        catch (JsonException exception)
        {
            throw new FollowException($"{file} does not say how far a feed was followed ({exception.Message}); delete it to begin anew.", exception);
        }
    }

    /// <summary>Writes the file as a whole or not at all.</summary>
    public void Save(string file)
    {
        var written = file + ".new";
        using (var stream = new FileStream(written, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, this, Options);
            stream.Flush(flushToDisk: true);
        }

        File.Move(written, file, overwrite: true);
    }
}
