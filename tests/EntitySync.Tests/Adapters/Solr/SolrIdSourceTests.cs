using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;

namespace EntitySync.Tests.Adapters.Solr;

public class SolrIdSourceTests
{
    [Fact]
    public async Task AllIds_ComeOnceInKeyOrder_WhateverThePageSize()
    {
        await using var world = await SolrWorld.StartAsync();
        world.AddNumbered(50);
        var expected = Enumerable.Range(1, 50).Select(number => $"sku-{number:D4}").ToList();

        foreach (var size in new[] { 1, 7, 10, 25, 50, 1000 }) (await world.ReadAllAsync(SolrWorld.Query(), size)).ShouldBe(expected, ignoreOrder: false, $"page size {size}");
    }

    [Fact]
    public async Task EmptyCollection_IsOneEmptyPage()
    {
        await using var world = await SolrWorld.StartAsync();

        var page = await world.Source.ReadPageAsync(SolrWorld.Query(), null, 10, CancellationToken.None);

        page.Ids.ShouldBeEmpty();
        (page.NextCursor, page.Total).ShouldBe((null, 0));
    }

    [Fact]
    public async Task Filters_AllApply_AndTotalIsOfTheWholeQuery()
    {
        await using var world = await SolrWorld.StartAsync();
        world.AddNumbered(30);

        var ids = await world.ReadAllAsync(SolrWorld.Query("online:true", "deliveryClasses:express OR deliveryClasses:unknown"));
        var page = await world.Source.ReadPageAsync(SolrWorld.Query("online:true"), null, 4, CancellationToken.None);

        ids.ShouldBe(["sku-0006", "sku-0012", "sku-0018", "sku-0024", "sku-0030"]);
        page.Total.ShouldBe(15);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with,comma")]
    [InlineData("with \"quotes\" and 'these'")]
    [InlineData("a b  c")]
    [InlineData(" leading and trailing ")]
    [InlineData("$relatedKeys")]
    [InlineData("{!func}1")]
    [InlineData("*:* OR online:true")]
    [InlineData("a\\b)(&fq=online:true#%2B+")]
    [InlineData("Größe 𝟙 日本語")]
    [InlineData("\u001f")]
    [InlineData("line\nbreak\ttab")]
    public async Task AKeyOfAnyCharacters_FindsExactlyItsOwn(string key)
    {
        await using var world = await SolrWorld.StartAsync();
        world.Add("other", true, "standard");
        world.Add("mine", true, "standard", key);
        world.Add("near", true, key + "x", "x" + key);

        (await world.ReadAllAsync(SolrWorld.Related(key))).ShouldBe(["mine"]);
        (await world.ReadAllAsync(SolrWorld.Related(key, "nobody's", "standard"))).ShouldBe(["mine", "other"]);
    }

    [Fact]
    public async Task ChangesBetweenPages_LoseNoIdThatStays()
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            await using var world = await SolrWorld.StartAsync();
            world.AddNumbered(60);
            var stay = Enumerable.Range(1, 60).Where(number => number % 4 != 0).Select(number => $"sku-{number:D4}").ToList();

            var ids = await world.ReadAllAsync(SolrWorld.Query(), 5, _ =>
            {
                for (var change = 0; change < 6; change++)
                {
                    var number = random.Next(1, 61);
                    if (number % 4 == 0) world.Items.Delete($"sku-{number:D4}");
                    else world.Add($"sku-{number:D4}", random.Next(2) == 0, "changed");
                    if (random.Next(3) == 0) world.Add($"sku-{number:D4}-{random.Next(100)}");
                }

                return Task.CompletedTask;
            });

            ids.ShouldBe(ids.Distinct(), ignoreOrder: false, $"round {round}");
            ids.ShouldBe(ids.Order(StringComparer.Ordinal), ignoreOrder: false, $"round {round}");
            stay.Except(ids).ShouldBeEmpty($"round {round}");
        }
    }

    [Fact]
    public async Task Cursor_GoesOnInAnotherProcess()
    {
        await using var world = await SolrWorld.StartAsync();
        world.AddNumbered(10);
        var first = await world.Source.ReadPageAsync(SolrWorld.Query(), null, 4, CancellationToken.None);
        await using var other = await SolrWorld.StartAsync();
        other.AddNumbered(10);

        var second = await other.Source.ReadPageAsync(SolrWorld.Query(), first.NextCursor, 4, CancellationToken.None);

        second.Ids.ShouldBe(["sku-0005", "sku-0006", "sku-0007", "sku-0008"]);
    }

    [Theory]
    [InlineData("colour:red", "undefined field colour")]
    [InlineData("online:(true", "SyntaxError")]
    public async Task BadFilter_IsInvalidAndGivesSolrsReason_WithoutASecondTry(string filter, string reason)
    {
        await using var world = await SolrWorld.StartAsync();
        world.AddNumbered(3);

        var exception = await Should.ThrowAsync<InvalidRequestException>(() => world.ReadAllAsync(SolrWorld.Query(filter)));

        exception.Message.ShouldContain(reason);
        exception.Message.ShouldContain("/solr/items/select");
        world.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task BadCursor_IsInvalid()
    {
        await using var world = await SolrWorld.StartAsync();

        var exception = await Should.ThrowAsync<InvalidRequestException>(() => world.Source.ReadPageAsync(SolrWorld.Query(), "rubbish", 5, CancellationToken.None));

        exception.Message.ShouldContain("Unable to parse 'cursorMark'");
    }

    [Fact]
    public async Task SortOnAnotherFieldThanTheUniqueKey_IsInvalid()
    {
        await using var world = await SolrWorld.StartAsync();
        world.AddNumbered(3);
        var query = SolrWorld.Query() with { Source = new SolrIdSourceDefinition("items", "online", ImmutableSortedDictionary<string, string>.Empty) };

        (await Should.ThrowAsync<InvalidRequestException>(() => world.ReadAllAsync(query))).Message.ShouldContain("uniqueKey");
    }

    [Fact]
    public async Task UnknownCollectionAndRelation_AreInvalid()
    {
        await using var world = await SolrWorld.StartAsync();
        var collection = SolrWorld.Query() with { Source = new SolrIdSourceDefinition("no/such", "sku", ImmutableSortedDictionary<string, string>.Empty) };
        var relation = SolrWorld.Query() with { Related = new RelatedKeys("price", ["a"]) };

        (await Should.ThrowAsync<InvalidRequestException>(() => world.ReadAllAsync(collection))).Message.ShouldContain("404");
        (await Should.ThrowAsync<InvalidRequestException>(() => world.ReadAllAsync(relation))).Message.ShouldContain("relation 'price'");
    }
}
