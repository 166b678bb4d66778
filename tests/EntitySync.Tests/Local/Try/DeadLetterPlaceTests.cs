using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.Try;

/// <summary>Dead letters of every part of a topology lead to the line of the file that the record was in.</summary>
public sealed class DeadLetterPlaceTests : IDisposable
{
    private const string Profile = """
        entity: profile
        root: { topic: users, key: email, format: debezium }
        relations:
          stars:
            from: stars
            key: username
            match: username
            many: true
            embed: stars
            relations:
              repo: { from: repos, key: id, match: repoId, set: { repo: name }, missing: reject }
        output: { topic: profiles }
        """;

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("broadcast", "1")]
    [InlineData("broadcast", "4")]
    [InlineData("shuffle", "1")]
    [InlineData("shuffle", "4")]
    public async Task Place_IsTheRecordsOwn(string strategy, string partitions)
    {
        _folder.Write("data/users.ndjson", Lines(
            Change(1, """{"id":1,"email":"a@x","username":"ann"}"""),
            Change(2, """{"id":2,"email":null,"username":"ann"}"""),
            Change(3, """{"id":3,"email":"c@x","username":["ann"]}"""),
            """{"$key":{"id":4},"$value":{"op":"x","source":{},"before":null,"after":null}}"""));
        _folder.Write("data/stars.ndjson", Lines(
            """{"$key":"1","$value":{"username":"ann","repoId":1}}""",
            """{"$key":"2","$value":{"username":"ann","repoId":2}}""",
            """{"$key":"3","$value":{"username":["ann"],"repoId":1}}""",
            """{"$key":"4","$value":{"username":"ann","repoId":{}}}"""));
        _folder.Write("data/repos.ndjson", Lines("""{"id":1,"name":"lib"}""", """{"$key":"2","$value":{"id":[2]}}""", """{"$key":"3","$value":7}"""));

        var run = await CommandRun.Of("try", _folder.Write("profile.yaml", Profile), "--data", Path.Combine(_folder.Path, "data"), "--strategy", strategy, "--partitions", partitions);

        run.Output.ShouldBe("""{"$key":"a@x","$value":{"id":1,"email":"a@x","username":"ann","stars":[{"username":"ann","repoId":1,"repo":"lib"}]}}""" + "\n");
        run.Error.Split('\n').Where(line => line.EndsWith("(dead-lettered)", StringComparison.Ordinal)).Select(line => Path.GetFileName(line.Split(": ")[0])).ShouldBe(
        [
            "repos.ndjson(2)", "repos.ndjson(3)", "stars.ndjson(2)", "stars.ndjson(3)", "stars.ndjson(4)", "users.ndjson(2)", "users.ndjson(3)", "users.ndjson(4)",
        ]);
        run.Error.ShouldContain("stars.ndjson(2): relation 'repo' finds no usable row in 'repos' for '2' (dead-lettered)\n");
        run.Error.ShouldEndWith("stars: 1 of 1 match values found a row\nstars.repo: 1 of 2 match values found a row; none for '2'\n");
        run.Status.ShouldBe(0);
    }

    private static string Lines(params string[] lines) => string.Join('\n', lines);

    private static string Change(int id, string row) => $$$"""{"$key":{"id":{{{id}}}},"$value":{"op":"c","source":{},"before":null,"after":{{{row}}}}}""";
}
