using System.Net;
using System.Text.Json;

namespace EntitySync.IntegrationTests.JoinHost;

[Trait("Category", "Integration")]
public sealed class EntityQueryTests
{
    [Fact]
    public async Task Container_AnswersForTheKeysOfItsThreads()
    {
        await using var cluster = new JoinCluster(partitions: 4);
        var host = await cluster.StartReadyHostAsync(threads: 2);
        using var client = new HttpClient { BaseAddress = host.Address };
        string[] keys = ["a", "b", "c/d", "é"];
        foreach (var key in keys) cluster.Item(key, 1);
        cluster.FlushProducer();
        await cluster.UntilAsync(() => host.Status.Threads.Sum(thread => thread.Tasks.Sum(task => task.Rows)) == keys.Length, "all items are stored");

        foreach (var key in keys)
        {
            using var response = await client.GetAsync($"/entities/item/{Uri.EscapeDataString(key)}");
            response.StatusCode.ShouldBe(HttpStatusCode.OK, key);
            using var output = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            output.RootElement.GetProperty("sku").GetString().ShouldBe(key);
            response.Headers.GetValues("entitysync-root-position").Single().ShouldStartWith("items-");
        }

        using var explained = JsonDocument.Parse(await client.GetStringAsync("/entities/item/a?explain"));
        explained.RootElement.GetProperty("state").GetString().ShouldBe("emitted");
        (await client.GetAsync("/entities/item/nobody")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
