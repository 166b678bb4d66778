using EntitySync.Local.Http;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Local;

public sealed class RouteTableTests
{
    private readonly RouteTable _routes = new(
    [
        new HttpRoute("Row", "GET", "/tables/{table}/rows/{key}"),
        new HttpRoute("Newest", "GET", "/tables/{table}/rows/newest"),
        new HttpRoute("Rows", "POST", "/tables/{table}/rows"),
        new HttpRoute("Any", "ANY", "/any"),
    ]);

    [Theory]
    [InlineData("GET", "/tables/a/rows/b", "Row table=a key=b")]
    [InlineData("GET", "/tables/a/rows/b%2Fc%20d", "Row table=a key=b/c d")]
    [InlineData("GET", "/tables/a/rows/newest", "Newest table=a")]
    [InlineData("POST", "/tables/a/rows", "Rows table=a")]
    [InlineData("DELETE", "/any", "Any")]
    [InlineData("PUT", "/tables/a/rows/b", null)]
    [InlineData("GET", "/tables/a/rows/", null)]
    [InlineData("GET", "/tables/a/rows/b/c", null)]
    [InlineData("GET", "/Tables/a/rows/b", null)]
    public void Path_FindsTheClosestRoute(string method, string path, string? expected)
    {
        var match = _routes.Match(method, path);
        (match is null ? null : string.Join(' ', [match.Route.FunctionId, .. match.Parameters.Select(pair => $"{pair.Key}={pair.Value}")])).ShouldBe(expected);
    }
}
