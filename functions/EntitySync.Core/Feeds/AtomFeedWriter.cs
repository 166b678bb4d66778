using System.Buffers;
using System.Globalization;
using System.Text;

namespace EntitySync.Core.Feeds;

/// <summary>
/// Writes a page as Atom 1.0 (RFC 4287) with the links of an archived feed (RFC 5005). The same page gives the same bytes.
/// <list type="bullet">
/// <item>A JSON value is the text of <c>content type="text/json"</c>: RFC 4287 (4.1.3.3) takes text only for media types that begin with <c>text/</c>, and wants base64 for
/// <c>application/json</c>. What XML cannot carry, and what is no JSON, is base64.</item>
/// <item>A tombstone has no content, but category <c>tombstone</c> and the alternate link that an entry without content must have.</item>
/// <item>A value that is too large, or finds no room on the page, is <c>content src</c>.</item>
/// <item>A full page names the next one always: its address answers with a redirect to the newest page until it is full, so what caches keep stays right.</item>
/// </list>
/// </summary>
public static class AtomFeedWriter
{
    private const int LongestTitle = 128;

    public static void Write(FeedPage page, PageBuffer output)
    {
        var feed = page.Feed;
        output.Raw("""<?xml version="1.0" encoding="utf-8"?>"""u8);
        output.Raw("\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:fh=\"http://purl.org/syndication/history/1.0\" xmlns:es=\"tag:entitysync,2026:feed\">\n"u8);
        Element(output, "id", $"tag:entitysync,2026:feeds/{feed.Feed}");
        Element(output, "title", XmlText.Fits(feed.Title) ? feed.Title : feed.Feed);
        if (page.MissingCount > 0) Element(output, "subtitle", FeedWords.Missing(page));
        Element(output, "updated", FeedWords.Moment(page.Updated));
        output.Raw("<author><name>EntitySync</name></author>\n"u8);
        Link(output, "self", page.Links.Self);
        Link(output, "current", page.Links.Current);
        if (page.Previous is { } previous) Link(output, "prev-archive", page.Links.Archive(previous));
        if (page.Number is { } number)
        {
            Link(output, "next-archive", page.Links.Archive(number + 1));
            output.Raw("<fh:archive/>\n"u8);
        }

        foreach (var part in page.Missing)
        {
            output.Raw("<es:missing"u8);
            Attribute(output, " partition=\"", Text(part.Partition));
            Attribute(output, " from=\"", Text(part.From));
            Attribute(output, " through=\"", Text(part.To - 1));
            output.Raw("/>\n"u8);
        }

        for (var index = 0; index < page.Entries.Count; index++) Write(page, page.Entries[index], page.Entries.Count - index, output);
        output.Raw("</feed>\n"u8);
    }

    private static void Write(FeedPage page, FeedEntry entry, int left, PageBuffer output)
    {
        output.Raw("<entry>"u8);
        Element(output, "id", entry.IdIn(page.Feed.Topic));
        Element(output, "title", Title(page, entry));
        Element(output, "updated", FeedWords.Moment(entry.Timestamp));
        var address = page.Links.Entry(entry.Partition, entry.Offset);
        if (entry.Kind == FeedValueKind.Tombstone)
        {
            output.Raw("<category term=\"tombstone\"/>"u8);
            Link(output, "alternate", address);
            Element(output, "summary", FeedWords.Summary(entry));
        }
        else if (entry.Kind == FeedValueKind.Json && !entry.IsElsewhere && XmlText.FitsJson(entry.Value.Span))
        {
            if (PageBudget.HasRoom(output.Length, left, XmlText.TextLength(entry.Value.Span))) Inline(output, "text/json", entry.Value.Span);
            else Elsewhere(output, entry, address);
        }
        else if (!entry.IsElsewhere && PageBudget.HasRoom(output.Length, left, System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(entry.Value.Length)))
        {
            Element(output, "summary", FeedWords.Summary(entry));
            Encoded(output, FeedWords.MediaType(entry.Kind), entry.Value.Span);
        }
        else
        {
            Elsewhere(output, entry, address);
        }

        output.Raw("</entry>\n"u8);
    }

    private static void Inline(PageBuffer output, string type, ReadOnlySpan<byte> text)
    {
        Attribute(output, "<content type=\"", type);
        output.Raw(">"u8);
        output.Text(text);
        output.Raw("</content>"u8);
    }

    private static void Encoded(PageBuffer output, string type, ReadOnlySpan<byte> bytes)
    {
        Attribute(output, "<content type=\"", type);
        output.Raw(">"u8);
        output.Base64(bytes);
        output.Raw("</content>"u8);
    }

    private static void Elsewhere(PageBuffer output, FeedEntry entry, string address)
    {
        Element(output, "summary", FeedWords.Summary(entry));
        Attribute(output, "<content type=\"", FeedWords.MediaType(entry.Kind));
        Attribute(output, " src=\"", address);
        output.Raw("/>"u8);
    }

    // The key, for people; a key that is none for people is told by the entry's id well enough.
    private static string Title(FeedPage page, FeedEntry entry)
    {
        if (entry.KeyText() is not { Length: > 0 } key || !XmlText.Fits(key)) return FeedWords.Position(page, entry);
        if (key.Length <= LongestTitle) return key;
        var length = char.IsHighSurrogate(key[LongestTitle - 1]) ? LongestTitle - 1 : LongestTitle;
        return key[..length] + "…";
    }

    private static void Element(PageBuffer output, string name, string text)
    {
        output.Raw("<"u8);
        output.Text(name);
        output.Raw(">"u8);
        output.Text(text);
        output.Raw("</"u8);
        output.Text(name);
        output.Raw(">"u8);
    }

    private static void Link(PageBuffer output, string relation, string address)
    {
        Attribute(output, "<link rel=\"", relation);
        Attribute(output, " href=\"", address);
        output.Raw("/>\n"u8);
    }

    private static void Attribute(PageBuffer output, string start, string value)
    {
        Encoding.UTF8.GetBytes(start, output);
        output.Text(value);
        output.Raw("\""u8);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
