using System.Text;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.ReferenceTables;

[Trait("Category", "Integration")]
public sealed class ReferenceTableTests(LocalPartsFixture parts)
{
    private static readonly ReferenceTable Table = ReferenceTableSetup.Table;

    [Fact]
    public async Task TwentyWritersOfOneRow_AllAreWritten_VersionsRise()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var writes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number => (Number: number, Write: await setup.PutAsync("express", $$"""{"minimumTime":{{number}}}"""))));

        writes.Count(write => write.Write.Outcome == RowWriteOutcome.Created).ShouldBe(1);
        writes.Count(write => write.Write.Outcome == RowWriteOutcome.Replaced).ShouldBe(19);
        var inOrder = writes.OrderBy(write => write.Write.Version).ToList();
        inOrder.Select(write => write.Write.Version).Distinct().Count().ShouldBe(20);

        // The stream tells in which order they were really written.
        var images = (await setup.ReadStreamAsync()).Records.Select(record => record.Dynamodb.NewImage).ToList();
        images.Select(image => (long.Parse(image["_version"].N), int.Parse(image["minimumTime"].N))).ShouldBe(inOrder.Select(write => (write.Write.Version!.Value, write.Number)));
    }

    [Fact]
    public async Task IfMatchRace_ExactlyOneWins()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var version = (await setup.PutAsync("express", "{}")).Version!.Value;
        var condition = new RowCondition(new VersionSet(false, [version]));
        var writes = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => setup.PutAsync("express", $$"""{"n":{{number}}}""", condition)));
        writes.Count(write => write.Outcome == RowWriteOutcome.Replaced).ShouldBe(1);
        writes.Count(write => write.Outcome == RowWriteOutcome.ConditionFailed).ShouldBe(9);
    }

    [Fact]
    public async Task DeletedAndCreatedAgain_VersionIsHigher()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var first = await setup.PutAsync("express", "{}");
        (await setup.Rows.DeleteAsync(Table, "express", RowCondition.None, CancellationToken.None)).ShouldBe(new RowWrite(RowWriteOutcome.Deleted, first.Version));
        (await setup.Rows.ReadAsync(Table, "express", CancellationToken.None)).ShouldBeNull();
        (await setup.Rows.DeleteAsync(Table, "express", RowCondition.None, CancellationToken.None)).Outcome.ShouldBe(RowWriteOutcome.Missing);
        var second = await setup.PutAsync("express", "{}", new RowCondition(NoneOf: VersionSet.All));
        second.Outcome.ShouldBe(RowWriteOutcome.Created);
        second.Version!.Value.ShouldBeGreaterThan(first.Version!.Value);
    }

    [Fact]
    public async Task Bulk_WritesEachLine_OneKeyInItsOrder()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 30).Select(number => $$"""{"name":"class-{{number % 25}}","n":{{number}}}""" + "\n")));
        var bulk = new ReferenceBulk(setup.Rows, NullLogger<ReferenceBulk>.Instance);
        var results = await bulk.WriteAsync(Table, ReferenceBulk.Lines(body)!, () => TimeSpan.FromMinutes(1), CancellationToken.None);
        results.Select(result => (result.Line, result.Status)).ShouldBe(Enumerable.Range(1, 30).Select(line => (line, line <= 25 ? 201 : 200)));
        var rows = await setup.Reader.ReadAsync(Table.Name, [.. Enumerable.Range(0, 25).Select(number => $"class-{number}")], CancellationToken.None);
        rows.OrderBy(row => int.Parse(row.Key[6..])).Select(row => Encoding.UTF8.GetString(row.Json.Span))
            .ShouldBe(Enumerable.Range(0, 25).Select(number => $$"""{"n":{{(number < 5 ? number + 25 : number)}},"name":"class-{{number}}"}"""));
    }

    [Fact]
    public async Task MoreThan100Keys_AreRead_AbsentOnesAreNotThere()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        foreach (var chunk in Enumerable.Range(0, 230).Chunk(25))
        {
            await setup.Client.BatchWriteItemAsync(new BatchWriteItemRequest
            {
                RequestItems = new() { [setup.PhysicalTable] = [.. chunk.Select(number => new WriteRequest(new PutRequest(new() { ["name"] = new($"class-{number}") })))] },
            });
        }

        var rows = await setup.Reader.ReadAsync(Table.Name, [.. Enumerable.Range(0, 250).Select(number => $"class-{number}"), "", new string('x', 3000)], CancellationToken.None);
        rows.Select(row => row.Key).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 230).Select(number => $"class-{number}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("five")]
    public async Task RowEditedByHand_IsReadAndReplacedAndDeleted(string? versionAsText)
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var item = new Dictionary<string, AttributeValue> { ["name"] = new("express"), ["minimumTime"] = new() { N = "3" } };
        if (versionAsText is not null) item["_version"] = new AttributeValue(versionAsText);
        var version = versionAsText == "5" ? 5 : 0;

        await setup.PutByHandAsync(item);
        var row = (await setup.Rows.ReadAsync(Table, "express", CancellationToken.None))!;
        (row.Version, Encoding.UTF8.GetString(row.Json.Span)).ShouldBe((version, """{"minimumTime":3,"name":"express"}"""));
        (await setup.PutAsync("express", "{}", new RowCondition(new VersionSet(false, [version])))).Outcome.ShouldBe(RowWriteOutcome.Replaced);

        await setup.PutByHandAsync(item);
        (await setup.Rows.DeleteAsync(Table, "express", RowCondition.None, CancellationToken.None)).ShouldBe(new RowWrite(RowWriteOutcome.Deleted, version));
    }

    [Fact]
    public async Task RowWithoutVersion_IsEditedDuringAWrite_TheWriteSeesIt()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        await setup.PutByHandAsync(new() { ["name"] = new("express") });
        var mark = await setup.Store.ReadMarkAsync(Table, "express", CancellationToken.None);
        mark.ShouldBe(new RowMark(0, null));
        await setup.PutAsync("express", "{}");
        (await setup.Store.PutAsync(Table, "express", "{}"u8.ToArray(), 1, mark, CancellationToken.None)).Outcome.ShouldBe(StoreOutcome.Raced);
        (await setup.Store.DeleteAsync(Table, "express", mark!, CancellationToken.None)).Outcome.ShouldBe(StoreOutcome.Raced);
        (await setup.Store.PutAsync(Table, "express", "{}"u8.ToArray(), 1, null, CancellationToken.None)).Outcome.ShouldBe(StoreOutcome.Raced);
    }

    [Fact]
    public async Task EveryKindOfValue_ComesBack_WithTheSameFingerprintFromTableAndStream()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var deep = new string('[', 31) + "1" + new string(']', 31);
        var write = await setup.PutAsync("express", $$"""
            {"text":"é😀\u0001\"","list":[],"map":{},"none":null,"no":false,"digits":12345678901234567890123456789012345678,"small":1e-130,"large":9.99e125,
             "trailing":1.50,"hundred":1E2,"zero":-0.0,"nested":{"a":[{"b":[null,true,"x"]}]},"deep":{{deep}}}
            """);
        write.Outcome.ShouldBe(RowWriteOutcome.Created, write.Reason);
        await setup.PutByHandAsync(new() { ["name"] = new("sets"), ["words"] = new() { SS = ["b", "a"] }, ["numbers"] = new() { NS = ["10", "9", "1.5"] } });

        var images = (await setup.ReadStreamAsync()).Records.Select(record => StreamRow(record.Dynamodb.NewImage, record.Dynamodb.Keys["name"].S)).ToList();
        foreach (var (key, image) in new[] { "express", "sets" }.Zip(images))
        {
            var byGet = (await setup.Rows.ReadAsync(Table, key, CancellationToken.None))!;
            var byBatchGet = (await setup.Reader.ReadAsync(Table.Name, [key], CancellationToken.None)).ShouldHaveSingleItem();
            Encoding.UTF8.GetString(image.Json.Span).ShouldBe(Encoding.UTF8.GetString(byGet.Json.Span));
            (image.Fingerprint, image.Version).ShouldBe((byGet.Fingerprint, byGet.Version));
            (byBatchGet.Fingerprint, byBatchGet.Version).ShouldBe((byGet.Fingerprint, byGet.Version));
        }

        var json = Encoding.UTF8.GetString((await setup.Rows.ReadAsync(Table, "express", CancellationToken.None))!.Json.Span);
        json.ShouldContain("\"digits\":12345678901234567890123456789012345678,");
        json.ShouldContain("\"hundred\":100,");
        json.ShouldContain("\"deep\":" + deep);
    }

    [Fact]
    public async Task OneLevelTooDeep_IsWhatDynamoDbRefusesToo()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var value = new AttributeValue { N = "1" };
        for (var level = 0; level < RowBody.MaximumDepth; level++) value = new AttributeValue { L = [value] };
        await Should.ThrowAsync<Amazon.DynamoDBv2.AmazonDynamoDBException>(() => setup.PutByHandAsync(new() { ["name"] = new("express"), ["deep"] = value }));
        await setup.PutByHandAsync(new() { ["name"] = new("express"), ["deep"] = value.L[0] });
    }

    [Fact]
    public async Task EmptyText_IsKeptOrRefused_NeverChanged()
    {
        // DynamoDB takes empty text since May 2020; DynamoDB Local of before then does not.
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        var write = await setup.PutAsync("express", """{"text":""}""");
        if (write.Outcome == RowWriteOutcome.Refused) write.Reason!.ShouldContain("empty string");
        else (await setup.Rows.ReadAsync(Table, "express", CancellationToken.None))!.Json.ToArray().ShouldBe("""{"name":"express","text":""}"""u8.ToArray());
    }

    [Fact]
    public async Task TableThatDoesNotExist_IsInvalid_UnreachableIsTransient()
    {
        using var setup = await ReferenceTableSetup.CreateAsync(parts);
        (await Should.ThrowAsync<InvalidRequestException>(() => setup.Rows.ReadAsync(new ReferenceTable("labels", "id"), "x", CancellationToken.None))).Message.ShouldContain("labels");
        var settings = setup.Settings with { DynamoDbEndpoint = "http://127.0.0.1:9" };
        using var client = DynamoDbClients.Create(settings);
        var store = new DynamoDbReferenceRowStore(client, settings);
        (await Should.ThrowAsync<TransientException>(() => store.ReadAsync(Table, "x", CancellationToken.None))).Message.ShouldContain(setup.PhysicalTable);
    }

    private static RelatedRow StreamRow(Dictionary<string, Amazon.Lambda.DynamoDBEvents.DynamoDBEvent.AttributeValue> image, string key) =>
        ReferenceItems.ToRow(Table.Name, key, EntitySync.Functions.StreamImages.ToItem(image));
}
