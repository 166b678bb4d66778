using System.Text;
using System.Xml;
using System.Xml.Linq;
using EntitySync.Core.Feeds;

namespace EntitySync.Tests.Feeds;

public sealed class AtomFeedWriterTests
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    [Fact]
    public async Task ArchivePage_IsWrittenLikeThis()
    {
        var rig = new FeedRig(pageSize: 3);
        rig.Append(0, "a<&>\"b", """{"name":"<\"Käse\" & Co>"}""");
        rig.Append(0, "c", null);
        rig.Append(0, null, [0xFF, 0x00, 0x01]);
        rig.Append(0, 7);
        await rig.NewestAsync();
        rig.Topics.Remove(FeedRig.Topic, 0, record => record.Offset == 4);

        Encoding.UTF8.GetString(FeedRig.Atom((await rig.ArchiveAsync(1))!)).ShouldBe("""
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:es="tag:entitysync,2026:feed">
            <id>tag:entitysync,2026:feeds/shop</id><title>Events of the shop</title><updated>2026-01-02T03:04:07.000Z</updated><author><name>EntitySync</name></author>
            <link rel="self" href="1"/>
            <link rel="current" href="../shop"/>
            <link rel="next-archive" href="2"/>
            <fh:archive/>
            <entry><id>tag:entitysync,2026:events/0/2</id><title>events-0@2</title><updated>2026-01-02T03:04:07.000Z</updated><summary>3 bytes</summary><content type="application/octet-stream">/wAB</content></entry>
            <entry><id>tag:entitysync,2026:events/0/1</id><title>c</title><updated>2026-01-02T03:04:06.000Z</updated><category term="tombstone"/><link rel="alternate" href="entries/0/1"/>
            <summary>The record of this key was deleted.</summary></entry>
            <entry><id>tag:entitysync,2026:events/0/0</id><title>a&lt;&amp;&gt;&#34;b</title><updated>2026-01-02T03:04:05.000Z</updated><content type="text/json">{&#34;name&#34;:&#34;&lt;\&#34;Käse\&#34; &amp; Co&gt;&#34;}</content></entry>
            </feed>

            """);
        Encoding.UTF8.GetString(FeedRig.Atom((await rig.ArchiveAsync(2))!)).ShouldStartWith("""
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:es="tag:entitysync,2026:feed">
            <id>tag:entitysync,2026:feeds/shop</id><title>Events of the shop</title><subtitle>1 of the 3 offsets of this page have no record: retention or compaction took them, or they are markers of transactions.</subtitle><updated>2026-01-02T03:04:10.000Z</updated><author><name>EntitySync</name></author>
            <link rel="self" href="2"/>
            <link rel="current" href="../shop"/>
            <link rel="prev-archive" href="1"/>
            <link rel="next-archive" href="3"/>
            <fh:archive/>
            <es:missing partition="0" from="4" through="4"/>
            <entry>
            """, Case.Sensitive);
    }

    [Fact]
    public async Task NewestPage_LeadsToTheArchive_FromItsOwnAddress()
    {
        var rig = new FeedRig(pageSize: 3);
        rig.Append(0, 6);
        rig.Append(0, "big", "\"" + new string('x', FeedEntry.LargestValue) + "\"");

        var feed = XDocument.Parse(Encoding.UTF8.GetString(FeedRig.Atom(await rig.NewestAsync()))).Root!;
        feed.Elements(Atom + "link").Select(link => ((string?)link.Attribute("rel"), (string?)link.Attribute("href"))).ShouldBe([("self", "shop"), ("current", "shop"), ("prev-archive", "shop/1")]);
        feed.Elements().Any(element => element.Name.LocalName == "archive").ShouldBeFalse();
        var entry = feed.Elements(Atom + "entry").First();
        ((string?)entry.Element(Atom + "content")!.Attribute("src"), (string?)entry.Element(Atom + "content")!.Attribute("type")).ShouldBe(("shop/entries/0/6", "application/json"));
        ((string?)entry.Element(Atom + "summary")).ShouldBe("JSON, 32770 bytes");
    }

    [Theory]
    [InlineData("{\"a\":\"\uFFFF\"}")]
    [InlineData("{\"a\":\"\uFFFE\"}")]
    public async Task JsonThatXmlCannotCarry_IsBase64(string json)
    {
        var content = await ContentAsync(Encoding.UTF8.GetBytes(json));
        ((string?)content.Attribute("type"), Encoding.UTF8.GetString(Convert.FromBase64String((string)content))).ShouldBe(("application/json", json));
    }

    [Theory]
    [InlineData("{\"a\":1}\r\n")]
    [InlineData(" [1, \"\\u0001 \uFFFD \U0001F600 \u007F \u0085\"] ")]
    [InlineData("\"]]>\"")]
    [InlineData("null")]
    public async Task Json_ComesThroughByteForByte(string json)
    {
        var content = await ContentAsync(Encoding.UTF8.GetBytes(json));
        ((string?)content.Attribute("type"), (string)content).ShouldBe(("text/json", json));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x22, 0xC3, 0x22 })] // "…", but no UTF-8
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x31 })] // a byte order mark
    [InlineData(new byte[] { 0x31, 0x20, 0x32 })] // two values
    public async Task WhatIsNoJson_IsBase64(byte[] value)
    {
        var content = await ContentAsync(value);
        ((string?)content.Attribute("type")).ShouldBe("application/octet-stream");
        Convert.FromBase64String((string)content).ShouldBe(value);
    }

    [Theory]
    [InlineData("", "events-0@0")]
    [InlineData("a\u0001", "events-0@0")]
    [InlineData("a\uFFFF", "events-0@0")]
    [InlineData("\U0001F600 ]]>", "\U0001F600 ]]>")]
    public async Task KeyThatIsNoTitle_IsReplacedByThePosition(string key, string title)
    {
        var rig = new FeedRig();
        rig.Append(0, key, "1");
        ((string?)XDocument.Parse(Encoding.UTF8.GetString(FeedRig.Atom(await rig.NewestAsync()))).Root!.Element(Atom + "entry")!.Element(Atom + "title")).ShouldBe(title);
    }

    [Fact]
    public async Task LongKey_IsCutBetweenCharacters()
    {
        var rig = new FeedRig();
        rig.Append(0, new string('x', 127) + "\U0001F600y", "1");
        ((string?)XDocument.Parse(Encoding.UTF8.GetString(FeedRig.Atom(await rig.NewestAsync()))).Root!.Element(Atom + "entry")!.Element(Atom + "title")).ShouldBe(new string('x', 127) + "…");
    }

    [Fact]
    public async Task RandomValues_AlwaysMakeWellFormedXml()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var rig = new FeedRig(pageSize: 100);
            for (var record = 0; record < 20; record++)
            {
                rig.Append(0, Bytes(random, 5), random.Next(3) == 0 ? Encoding.UTF8.GetBytes($"\"{Text(random)}\"") : Bytes(random, 40));
            }

            using var reader = XmlReader.Create(new MemoryStream(FeedRig.Atom(await rig.NewestAsync())), new XmlReaderSettings { CheckCharacters = true });
            while (reader.Read())
            {
            }
        }
    }

    private static async Task<XElement> ContentAsync(byte[] value)
    {
        var rig = new FeedRig();
        rig.Append(0, "k"u8.ToArray(), value);
        return XDocument.Load(new MemoryStream(FeedRig.Atom(await rig.NewestAsync())), LoadOptions.PreserveWhitespace).Root!.Element(Atom + "entry")!.Element(Atom + "content")!;
    }

    private static byte[] Bytes(Random random, int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(0x20, 0xD800))) + (random.Next(4) == 0 ? "\uFFFE" : "");
}
