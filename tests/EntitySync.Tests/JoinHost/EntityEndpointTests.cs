using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.Testing;
using static EntitySync.Tests.JoinHost.EntityEndpointHost;

namespace EntitySync.Tests.JoinHost;

public sealed class EntityEndpointTests
{
    private static readonly EntityExplanation Express = new(
        "emitted",
        null,
        Utf8("""{"sku":"a","minimumDeliveryTime":24}"""),
        "items-3@12",
        Utf8("""{"sku":"a","deliveryClasses":["express","slow","none"]}"""),
        [
            new ExplainedRow("deliveryClass", "express", "express", "delivery-classes-0@4", 17, true, [("minimumDeliveryTime", Utf8("24"))]),
            new ExplainedRow("deliveryClass", "slow", "slow", "delivery-classes-1@9", 18, false, [("minimumDeliveryTime", Utf8("72"))]),
        ],
        [("deliveryClass", "none")]);

    [Fact]
    public async Task Key_IsAnsweredWithTheCurrentOutputAndItsPosition()
    {
        await using var host = await StartAsync(Items());
        var response = await host.GetAsync("/entities/item/a", Found(Express));

        response.Status.ShouldBe(200);
        response.Body.ShouldBe("""{"sku":"a","minimumDeliveryTime":24}""");
        response.Headers["Content-Type"].ShouldBe("application/json");
        response.Headers["entitysync-root-position"].ShouldBe("items-3@12");
        response.Headers["ETag"].ShouldStartWith("\"items-3@12-");
    }

    [Fact]
    public async Task Tag_HoldsUntilTheOutputChanges()
    {
        await using var host = await StartAsync(Items());
        var tag = (await host.GetAsync("/entities/item/a", Found(Express))).Headers["ETag"];
        var later = Express with { Output = Utf8("""{"sku":"a","minimumDeliveryTime":48}""") };

        (await host.GetAsync("/entities/item/a", Found(Express), ifNoneMatch: tag)).Status.ShouldBe(304);
        (await host.GetAsync("/entities/item/a", Found(later), ifNoneMatch: tag)).Status.ShouldBe(200, "the root is where it was, a related row is not");
    }

    [Fact]
    public async Task Explain_ShowsWhatTheOutputIsMadeOf()
    {
        await using var host = await StartAsync(Items());
        var response = await host.GetAsync("/entities/item/a?explain", Found(Express));

        response.Status.ShouldBe(200);
        response.Body.ReplaceLineEndings("\n").ShouldBe("""
            {
              "entity": "item",
              "key": "a",
              "partition": 3,
              "state": "emitted",
              "reason": null,
              "rootPosition": "items-3@12",
              "output": {"sku":"a","minimumDeliveryTime":24},
              "root": {"sku":"a","deliveryClasses":["express","slow","none"]},
              "rows": [
                {
                  "relation": "deliveryClass",
                  "value": "express",
                  "key": "express",
                  "position": "delivery-classes-0@4",
                  "version": 17,
                  "isChosen": true,
                  "fields": {
                    "minimumDeliveryTime": 24
                  }
                },
                {
                  "relation": "deliveryClass",
                  "value": "slow",
                  "key": "slow",
                  "position": "delivery-classes-1@9",
                  "version": 18,
                  "isChosen": false,
                  "fields": {
                    "minimumDeliveryTime": 72
                  }
                }
              ],
              "missingValues": [
                {
                  "relation": "deliveryClass",
                  "value": "none"
                }
              ]
            }
            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("rejected", 404, "The 'item' with key 'a' has no output now, it is rejected: two rows. ?explain shows more.")]
    [InlineData("waiting", 503, "The 'item' with key 'a' has no output now, it is waiting: two rows. ?explain shows more.")]
    public async Task EntityWithoutOutput_SaysWhy(string state, int status, string detail)
    {
        await using var host = await StartAsync(Items());
        var found = Found(Express with { State = state, Output = null, Reason = "two rows" });

        var response = await host.GetAsync("/entities/item/a", found);
        response.Status.ShouldBe(status);
        response.Body.ShouldContain(detail);
        var explained = await host.GetAsync("/entities/item/a?explain", found);
        explained.Status.ShouldBe(200);
        explained.Body.ShouldContain("\"output\": null");
    }

    [Theory]
    [InlineData("/entities/itm/a", 404, "entity 'itm' is not known; known: item. Did you mean 'item'?")]
    [InlineData("/entities/item", 404, "Ask for /entities/{name}/{key}; both percent-encoded UTF-8.")]
    [InlineData("/entities/item/a/b", 404, "Ask for /entities/{name}/{key}; both percent-encoded UTF-8.")]
    [InlineData("/entities/item/", 400, "The key has 0 bytes; allowed: 1 to 1024.")]
    [InlineData("/entities/item/%FF", 400, "The key is not percent-encoded UTF-8.")]
    public async Task BadQuestion_IsRefusedWithoutAskingTheThread(string path, int status, string detail)
    {
        await using var host = await StartAsync(Items());
        var response = await host.GetAsync(path);

        response.Status.ShouldBe(status);
        response.Headers["Content-Type"].ShouldBe("application/problem+json");
        response.Body.ShouldContain(detail);
    }

    [Fact]
    public async Task LongestKey_IsOneKibibyte()
    {
        await using var host = await StartAsync(Items());
        (await host.GetAsync("/entities/item/" + new string('k', 1024), new EntityAnswer(EntityFinding.Unknown, 0))).Status.ShouldBe(404);
        (await host.GetAsync("/entities/item/" + new string('k', 1025))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task StreamEntity_HasNoCurrentOutput()
    {
        var item = SampleDefinitions.Item();
        await using var host = await StartAsync(new EntityCatalog([item with { Root = item.Root with { Kind = RootKind.Stream }, Replay = null }]));
        var response = await host.GetAsync("/entities/item/a");
        response.Status.ShouldBe(404);
        response.Body.ShouldContain("'item' is a stream of events");
    }

    [Theory]
    [InlineData("Unknown", 404, "There is no 'item' with key 'a b' in partition 3 of 'items'.")]
    [InlineData("Elsewhere", 404, "The key belongs to partition 3 of 'items', which another container owns.")]
    [InlineData("Restoring", 503, "The key belongs to partition 3 of 'items', which is being restored")]
    public async Task KeyThatIsNotHere_SaysWhereItBelongs(string finding, int status, string detail)
    {
        await using var host = await StartAsync(Items(), threads: 2);
        var response = await host.GetAsync("/entities/item/a%20b", new EntityAnswer(Enum.Parse<EntityFinding>(finding), 3));

        response.Status.ShouldBe(status);
        response.Body.ShouldContain(detail);
        response.Body.ShouldContain("\"partition\":3");
    }

    [Fact]
    public async Task ThreadThatDoesNotAnswer_IsNotWaitedForLonger()
    {
        await using var host = await StartAsync(Items(), timeout: TimeSpan.FromMilliseconds(20));
        var response = await host.GetAsync("/entities/item/a");

        response.Status.ShouldBe(503);
        response.Headers["Retry-After"].ShouldBe("1");
        response.Body.ShouldContain("No join thread could answer within 0.02 s; /status shows what they do.");
    }

    private static EntityCatalog Items() => new([SampleDefinitions.Item()]);

    private static EntityAnswer Found(EntityExplanation explanation) => new(EntityFinding.Found, 3, explanation);
}
