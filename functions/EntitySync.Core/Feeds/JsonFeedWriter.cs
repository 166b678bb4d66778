using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Feeds;

/// <summary>
/// Writes a page as JSON Feed 1.1. <c>next_url</c> is the older page, as that format has it. <c>_entitysync</c> of the feed: <c>page</c> (of a full one), <c>current</c>, <c>previous</c>,
/// <c>next</c> (addresses, relative to the page's) and <c>missing</c>; of an item: <c>topic</c>, <c>partition</c>, <c>offset</c>, <c>key</c> or <c>keyBase64</c> (one longer than
/// <see cref="FeedEntry.LongestKey"/>, or that finds no room: <c>keyBytes</c>), and one of <c>value</c>, <c>valueBase64</c>, <c>valueAt</c> (its address, with <c>valueType</c>), <c>tombstone</c>.
/// </summary>
public static class JsonFeedWriter
{
    // One buffer for all, so that what is written is seen after each entry.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(FeedPage page, PageBuffer output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("version", "https://jsonfeed.org/version/1.1");
        json.WriteString("title", page.Feed.Title);
        if (page.MissingCount > 0) json.WriteString("description", FeedWords.Missing(page));
        json.WriteString("feed_url", page.Links.Self);
        if (page.Previous is { } previous) json.WriteString("next_url", page.Links.Archive(previous));
        json.WriteStartArray("authors");
        json.WriteStartObject();
        json.WriteString("name", "EntitySync");
        json.WriteEndObject();
        json.WriteEndArray();
        WriteFeedPart(page, json);
        json.WriteStartArray("items");
        for (var index = 0; index < page.Entries.Count; index++)
        {
            json.Flush();
            Write(page, page.Entries[index], page.Entries.Count - index, output.Length, json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFeedPart(FeedPage page, Utf8JsonWriter json)
    {
        json.WriteStartObject("_entitysync");
        json.WriteString("about", "tag:entitysync,2026:feed");
        json.WriteString("current", page.Links.Current);
        if (page.Previous is { } previous) json.WriteString("previous", page.Links.Archive(previous));
        if (page.Number is { } number)
        {
            json.WriteNumber("page", number);
            json.WriteString("next", page.Links.Archive(number + 1));
        }

        json.WriteStartArray("missing");
        foreach (var part in page.Missing)
        {
            json.WriteStartObject();
            json.WriteNumber("partition", part.Partition);
            json.WriteNumber("from", part.From);
            json.WriteNumber("through", part.To - 1);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(FeedPage page, FeedEntry entry, int left, int written, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", entry.IdIn(page.Feed.Topic));
        json.WriteString("content_text", FeedWords.Summary(entry)); // an item must have a content, and the value itself is below
        json.WriteString("date_modified", FeedWords.Moment(entry.Timestamp));
        json.WriteStartObject("_entitysync");
        json.WriteString("topic", page.Feed.Topic);
        json.WriteNumber("partition", entry.Partition);
        json.WriteNumber("offset", entry.Offset);
        written += WriteKey(entry, json, PageBudget.HasRoom(written, left, LongestKeyText(entry)));
        if (entry.Kind == FeedValueKind.Tombstone) json.WriteBoolean("tombstone", true);
        else if (!entry.IsElsewhere && PageBudget.HasRoom(written, left, Length(entry))) WriteValue(entry, json);
        else
        {
            json.WriteString("valueAt", page.Links.Entry(entry.Partition, entry.Offset));
            json.WriteString("valueType", FeedWords.MediaType(entry.Kind));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <returns>Bytes that it took at most.</returns>
    private static int WriteKey(FeedEntry entry, Utf8JsonWriter json, bool hasRoom)
    {
        if (entry.Key is not { } key) json.WriteNull("key");
        else if (!hasRoom || key.Length > FeedEntry.LongestKey) json.WriteNumber("keyBytes", key.Length);
        else if (entry.KeyText() is { } text) json.WriteString("key", text);
        else json.WriteBase64String("keyBase64", key.Span);
        return hasRoom ? LongestKeyText(entry) : 0;
    }

    // A control character becomes six.
    private static int LongestKeyText(FeedEntry entry) => entry.Key is { } key && key.Length <= FeedEntry.LongestKey ? 6 * key.Length : 0;

    private static void WriteValue(FeedEntry entry, Utf8JsonWriter json)
    {
        if (entry.Kind == FeedValueKind.Json)
        {
            json.WritePropertyName("value");
            json.WriteRawValue(entry.Value.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteBase64String("valueBase64", entry.Value.Span);
        }
    }

    private static int Length(FeedEntry entry) => entry.Kind == FeedValueKind.Json ? entry.Value.Length : Base64.GetMaxEncodedToUtf8Length(entry.Value.Length);
}
