using System.Diagnostics;
using System.Text.Json.Nodes;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.Feeds;

/// <summary>The npm package feedsmith, which knows nothing of this product, reads the feed over HTTP in both of its forms.</summary>
[Trait("Category", "Integration")]
public sealed class ExternalParserTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Atom_IsUnderstood_AndItsArchiveLeadsToTheBeginning()
    {
        await using var origin = await FeedOrigin.StartAsync(parts, pageSize: 10);
        await origin.WriteAsync(0, 57);
        using var http = new HttpClient();

        var (address, numbers, tombstones, pages) = (origin.Feed, new List<int>(), 0, 0);
        while (true)
        {
            var feed = await ParseAsync("atom", await http.GetByteArrayAsync(address));
            (feed["id"]!.ToString(), feed["title"]!["value"]!.ToString(), feed["authors"]![0]!["name"]!.ToString()).ShouldBe(("tag:entitysync,2026:feeds/shop", "Events of the shop", "EntitySync"));
            DateTimeOffset.Parse(feed["updated"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddHours(-1));
            foreach (var entry in feed["entries"]!.AsArray())
            {
                entry!["id"]!.ToString().ShouldStartWith("tag:entitysync,2026:shop-events-");
                entry["title"]!["value"]!.ToString().ShouldStartWith("key-");
                if (entry["categories"]?[0]?["term"]?.ToString() == "tombstone") tombstones++;
                else
                {
                    entry["content"]!["type"]!.ToString().ShouldBe("text/json");
                    var value = JsonNode.Parse(entry["content"]!["value"]!.ToString())!;
                    value["text"]!.ToString().ShouldBe("<Ä & \"ö\">");
                    numbers.Add((int)value["n"]!);
                }
            }

            pages++;
            var links = feed["links"]!.AsArray().ToDictionary(link => link!["rel"]!.ToString(), link => new Uri(address, link!["href"]!.ToString()));
            (links["self"], links["current"]).ShouldBe((address, origin.Feed));
            if (!links.TryGetValue("prev-archive", out var previous)) break;
            address = previous;
        }

        (pages, tombstones).ShouldBe((5, 5));
        numbers.Order().ShouldBe(Enumerable.Range(0, 57).Where(number => number % 10 != 9));
    }

    [Fact]
    public async Task JsonFeed_IsUnderstood()
    {
        await using var origin = await FeedOrigin.StartAsync(parts, pageSize: 10);
        await origin.WriteAsync(0, 25);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("Accept", "application/feed+json");

        var newest = await ParseAsync("json", await http.GetByteArrayAsync(origin.Feed));
        (newest["title"]!.ToString(), newest["feed_url"]!.ToString(), newest["next_url"]!.ToString(), newest["items"]!.AsArray().Count).ShouldBe(("Events of the shop", "shop", "shop/1", 15));
        var archive = await ParseAsync("json", await http.GetByteArrayAsync(new Uri(origin.Feed, "shop/1")));
        (archive["next_url"], archive["items"]!.AsArray().Count).ShouldBe((null, 10));
        archive["items"]!.AsArray().ShouldAllBe(item => item!["id"]!.ToString().StartsWith("tag:entitysync,2026:shop-events-") && item["content_text"] != null && item["date_modified"] != null);
    }

    private static async Task<JsonNode> ParseAsync(string form, byte[] feed)
    {
        var start = new ProcessStartInfo(LocalSetup.Node, [Path.Combine(AppContext.BaseDirectory, "Feeds", "parse-feed.mjs"), LocalSetup.StepFunctionsFolder, form])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.StandardInput.BaseStream.WriteAsync(feed, deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, await error);
            return JsonNode.Parse(await output)!;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
