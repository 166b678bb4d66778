namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary><c>demo ENTITY</c> as a black box, on definitions that no other file knows.</summary>
[Trait("Category", "Integration")]
public sealed class ExampleTests : IDisposable
{
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _definitions = Directory.CreateTempSubdirectory("entitysync-examples-");

    public ExampleTests(LocalPartsFixture parts)
    {
        parts.ShouldNotBeNull();
        Have(
            "user.yaml",
            """
            entity: user
            root: { topic: users, key: id }
            relations:
              stars:
                from: stars
                key: user
                match: id
                many: true
                order: { by: repoId }
                embed: stars
                fields: [repoId]
                strategy: shuffle
                relations:
                  repo: { from: repos, key: id, match: repoId, set: { repo: name }, strategy: broadcast }
            output: { topic: profiles }
            """);
        Have("examples/user/users.ndjson", "{\"id\":\"ann\"}\n{\"id\":\"bob\"}\n{\"id\":\"eve\"}\n{\"$key\":\"eve\",\"$value\":null}\n");
        Have(
            "examples/user/stars.ndjson",
            """
            {"$key":"s1","$value":{"user":"ann","repoId":1}}
            {"$key":"s2","$value":{"user":"ann","repoId":2}}
            {"$key":"s3","$value":{"user":"bob","repoId":2}}
            {"$key":"s3","$value":null}
            """);
        Have("examples/user/repos.ndjson", "{\"id\":1,\"name\":\"lib\"}\n{\"id\":2,\"name\":\"tool\"}\n");
        Have("examples/user/expected.ndjson", "{\"id\":\"ann\",\"stars\":[{\"repoId\":1,\"repo\":\"lib\"},{\"repoId\":2,\"repo\":\"tool\"}]}\n{\"id\":\"bob\"}\n");
        Have(
            "purchase.yaml",
            """
            entity: purchase
            root: { topic: purchases, kind: stream }
            relations:
              product: { from: labels, key: id, match: product, set: { label: label }, missing: { set: { label: UNKNOWN } } }
            output: { topic: enriched-purchases }
            """);
        Have("examples/purchase/purchases.ndjson", "{\"product\":\"a\"}\n{\"product\":\"z\"}\n{\"product\":\"a\"}\n");
        Have("examples/purchase/labels.ndjson", "{\"id\":\"a\",\"label\":\"Lamp\"}\n");
        Have("examples/purchase/expected.ndjson", "{\"product\":\"a\",\"label\":\"Lamp\"}\n{\"product\":\"a\",\"label\":\"Lamp\"}\n{\"product\":\"z\",\"label\":\"UNKNOWN\"}\n");
    }

    public void Dispose() => _definitions.Delete(recursive: true);

    [Theory]
    [InlineData("user", "last output of every key as expected")]
    [InlineData("purchase", "every output as expected")]
    public async Task ExampleOfATableOrAStream_PassesEveryCheck_AndLeavesNothing(string entity, string check)
    {
        await using var demo = new DemoProcess("demo", entity, "--definitions", _definitions.FullName);

        (await demo.ExitAsync(Whole)).ShouldBe(0, demo.Output);
        Results(demo.Output).ShouldBe([(check, "ok"), ("nothing else came out", "ok"), ("no dead letters", "ok")]);
        await demo.UntilNothingIsLeftAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task HookOfADefinition_HasTheLastWord()
    {
        HaveParcels();
        await using var demo = new DemoProcess("demo", "parcel", "--definitions", _definitions.FullName);

        (await demo.ExitAsync(Whole)).ShouldBe(0, demo.Output);
        Results(demo.Output).ShouldBe([("last output of every key as expected", "ok"), ("nothing else came out", "ok"), ("dead letters as expected", "ok")]);
    }

    [Fact]
    public async Task WrongExpectation_FailsItsCheck()
    {
        Have("examples/purchase/expected.ndjson", "{\"product\":\"a\",\"label\":\"Lamp\"}\n{\"product\":\"a\",\"label\":\"Bed\"}\n{\"product\":\"z\",\"label\":\"UNKNOWN\"}\n");
        await using var demo = new DemoProcess("demo", "purchase", "--definitions", _definitions.FullName);

        (await demo.ExitAsync(Whole)).ShouldBe(1, demo.Output);
        Results(demo.Output).ShouldBe([("every output as expected", "FAILED"), ("nothing else came out", "FAILED"), ("no dead letters", "ok")]);
    }

    [Fact]
    public async Task UnknownEntityOrUnusableLine_IsNamedBeforeAnythingStarts()
    {
        await using (var demo = new DemoProcess("demo", "purchases", "--definitions", _definitions.FullName))
        {
            (await demo.ExitAsync(Whole)).ShouldBe(1, demo.Output);
            demo.Output.ShouldContain("entity 'purchases' is not known; known: purchase, user. Did you mean 'purchase'?");
        }

        Have("examples/user/repos.ndjson", "{\"id\":1}\n{\"id\"}\n");
        await using var second = new DemoProcess("demo", "user", "--definitions", _definitions.FullName);
        (await second.ExitAsync(Whole)).ShouldBe(1, second.Output);
        second.Output.ShouldContain("repos.ndjson(2): not JSON");
        second.Output.ShouldNotContain("Start the product");
    }

    [Fact]
    public async Task Interrupted_StopsCleanly()
    {
        await using var demo = new DemoProcess("demo", "user", "--definitions", _definitions.FullName);
        await demo.UntilPrintedAsync("Join all of them", Whole);
        await demo.SignalAsync("INT");

        (await demo.ExitAsync(TimeSpan.FromSeconds(25))).ShouldNotBe(0);
        await demo.UntilNothingIsLeftAsync(TimeSpan.FromSeconds(20));
    }

    private void HaveParcels()
    {
        Have(
            "parcel.yaml",
            """
            entity: parcel
            root: { topic: parcels, key: id }
            relations:
              rate: { from: rates, key: name, match: rate, set: { minimumDeliveryTime: minimum, maximumDeliveryTime: maximum } }
            hook: { type: EntitySync.Hooks.DeliveryPromise }
            output: { topic: parcels-promised }
            """);
        Have("examples/parcel/parcels.ndjson", "{\"id\":1,\"rate\":\"air\"}\n{\"id\":2,\"rate\":\"none\"}\n{\"id\":3,\"rate\":\"wrong\"}\n");
        Have("examples/parcel/rates.ndjson", "{\"name\":\"air\",\"minimum\":1,\"maximum\":2}\n{\"name\":\"wrong\",\"minimum\":9,\"maximum\":2}\n");
        Have("examples/parcel/expected.ndjson", "{\"id\":1,\"rate\":\"air\",\"minimumDeliveryTime\":1,\"maximumDeliveryTime\":2,\"deliveryPromise\":\"1 to 2 days\"}\n{\"id\":2,\"rate\":\"none\"}\n");
        Have("examples/parcel/dead-letters.ndjson", "{\"id\":3,\"rate\":\"wrong\"}\n");
    }

    private void Have(string file, string text)
    {
        var path = Path.Combine(_definitions.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    // A row of the table: │ check │ ok │ found │
    private static IEnumerable<(string Check, string Result)> Results(string output) =>
        from line in output.Split('\n')
        let cells = line.Split('│', StringSplitOptions.TrimEntries)
        where cells is [_, _, "ok" or "FAILED", ..]
        select (cells[1], cells[2]);
}
