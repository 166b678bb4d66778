using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Feeds;

namespace EntitySync.Tests.Feeds;

public sealed class JsonFeedWriterTests
{
    [Fact]
    public async Task ArchivePage_IsWrittenLikeThis()
    {
        var rig = new FeedRig(pageSize: 2);
        rig.Append(0, 2);
        rig.Append(0, "a<&>\"b", """{ "price": 1.50 }""");
        rig.Append(0, "c", null);
        rig.Append(0, 2);
        await rig.NewestAsync();
        rig.Topics.Remove(FeedRig.Topic, 0, record => record.Offset == 1);

        Encoding.UTF8.GetString(FeedRig.Json((await rig.ArchiveAsync(2))!)).ShouldBe(
            """{"version":"https://jsonfeed.org/version/1.1","title":"Events of the shop","feed_url":"2","next_url":"1","authors":"""
            + """[{"name":"EntitySync"}],"_entitysync":{"about":"tag:entitysync,2026:feed","current":"../shop","previous":"1","page":2,"next":"3","missing":[]},"items":["""
            + """{"id":"tag:entitysync,2026:events/0/3","content_text":"The record of this key was deleted.","date_modified":"2026-01-02T03:04:08.000Z","_entitysync":{"topic":"events","partition":0,"offset":3,"key":"c","tombstone":true}},"""
            + """{"id":"tag:entitysync,2026:events/0/2","content_text":"JSON, 17 bytes","date_modified":"2026-01-02T03:04:07.000Z","_entitysync":{"topic":"events","partition":0,"offset":2,"key":"a<&>\"b","value":{ "price": 1.50 }}}]}""");
        Encoding.UTF8.GetString(FeedRig.Json((await rig.ArchiveAsync(1))!)).ShouldStartWith(
            """{"version":"https://jsonfeed.org/version/1.1","title":"Events of the shop","description":"1 of the 2 offsets of this page have no record: retention or compaction took them, or they are markers of transactions.","feed_url":"1","authors":"""
            + """[{"name":"EntitySync"}],"_entitysync":{"about":"tag:entitysync,2026:feed","current":"../shop","page":1,"next":"2","missing":[{"partition":0,"from":1,"through":1}]},"items":[""");
    }

    [Fact]
    public async Task NewestPage_TellsKeysAndValuesOfAnyKind()
    {
        var rig = new FeedRig();
        rig.Append(0, null, "1"u8.ToArray());
        rig.Append(0, [0xFF], [0xFE, 0x00]);
        rig.Append(0, new byte[1025], new byte[FeedEntry.LargestValue + 1]);
        rig.Append(0, "", "[]");

        var items = JsonNode.Parse(FeedRig.Json(await rig.NewestAsync()))!["items"]!.AsArray();
        items.Select(item => item!["_entitysync"]!.ToJsonString()).ShouldBe(
        [
            """{"topic":"events","partition":0,"offset":3,"key":"","value":[]}""",
            """{"topic":"events","partition":0,"offset":2,"keyBytes":1025,"valueAt":"shop/entries/0/2","valueType":"application/octet-stream"}""",
            """{"topic":"events","partition":0,"offset":1,"keyBase64":"/w==","valueBase64":"/gA="}""",
            """{"topic":"events","partition":0,"offset":0,"key":null,"value":1}""",
        ]);
    }

    [Theory]
    [InlineData("\"&&&&&&\"", "k")]
    [InlineData("no JSON", "k")]
    [InlineData("1", "\u0001")]
    public async Task LargestPage_StaysBelowWhatAFunctionMayAnswer(string element, string key)
    {
        // 1,999 records of almost 32 KiB: 64 MB.
        var rig = new FeedRig(pageSize: 1000);
        rig.Definition = rig.Definition with { Feed = new string('f', 100) };
        var bytes = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(element, (FeedEntry.LargestValue - 2) / (element.Length + 1)))}]");
        for (var number = 0; number < 1_999; number++) rig.Append(0, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(key, FeedEntry.LongestKey))), bytes, second: number);

        foreach (var accept in (string[])["application/json", "application/atom+xml"])
        {
            var answer = await rig.SendAsync($"/feeds/{rig.Definition.Feed}", "GET", ("accept", accept));
            answer.Status.ShouldBe(200);
            answer.Length.ShouldBeInRange(2_000_000, 6_000_000);
            (answer.Text.Split("tag:entitysync,2026:events/0/").Length - 1).ShouldBe(1_999);
        }
    }
}
