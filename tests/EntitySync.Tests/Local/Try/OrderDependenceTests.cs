using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.Try;

/// <summary>Why orders of arrival may give different last outputs, where the definition or the records say so.</summary>
public sealed class OrderDependenceTests : IDisposable
{
    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("drop", "an entity that is dropped keeps the output it had before")]
    [InlineData("reject", "an entity that is dead-lettered keeps the output it had before")]
    public async Task OutputThatStays_IsTheReason(string missing, string reason)
    {
        _folder.Write("data/labels.ndjson", """{"id":1}""" + "\n" + """{"$key":"1","$value":null}""");
        _folder.Write("data/items.ndjson", """{"sku":"a","labelId":1}""");
        var run = await OrdersAsync($$"""
            entity: item
            root: { topic: items, key: sku }
            relations:
              label: { from: labels, key: id, match: labelId, embed: label, strategy: shuffle, missing: {{missing}} }
            output: { topic: out }
            """);

        run.Output.ShouldBeEmpty();
        run.Error.ShouldContain("FAILED: the last output of 'a' depends on the order of arrival: nothing in the order of the files, {\"sku\":\"a\",\"labelId\":1,\"label\":{\"id\":1}} in the order that --seed ");
        run.Error.ShouldEndWith($"\nThe order of arrival may matter here: {reason}.\n");
        run.Status.ShouldBe(1);
    }

    [Fact]
    public async Task RowsThatShareAKey_AreTheReason()
    {
        _folder.Write("data/users.ndjson", string.Join('\n', Enumerable.Range(1, 2).Select(id => $$$$"""{"$key":{"id":{{{{id}}}}},"$value":{"op":"c","source":{},"after":{"id":{{{{id}}}},"email":"a@x"}}}""")));
        var run = await OrdersAsync("""
            entity: user
            root: { topic: users, key: email, format: debezium }
            relations:
              city: { from: cities, key: id, match: city, embed: city, strategy: broadcast }
            output: { topic: out }
            """);

        run.Output.Split('\n')[^2].ShouldBe("""{"$key":"a@x","$value":{"id":2,"email":"a@x"}}""");
        run.Error.ShouldContain("rows that took over the key of another row's entity: 1. If none gives its key up, email is not unique\n");
        run.Error.ShouldEndWith("\nThe order of arrival may matter here: of rows that share a key of the root the last one counts.\n");
        run.Status.ShouldBe(1);
    }

    private Task<CommandRun> OrdersAsync(string definition) => CommandRun.Of("try", _folder.Write("definition.yaml", definition), "--data", Path.Combine(_folder.Path, "data"), "--orders", "100");
}
