using EntitySync.Local.Template;

namespace EntitySync.Local.Http;

/// <param name="Parameters">Values of the route's <c>{name}</c> segments, percent-decoded.</param>
internal sealed record RouteMatch(HttpRoute Route, IReadOnlyDictionary<string, string> Parameters);

/// <summary>Finds the route of a request. A path with more literal segments wins over one with fewer.</summary>
internal sealed class RouteTable(IEnumerable<HttpRoute> routes)
{
    private readonly List<(HttpRoute Route, string[] Segments)> _routes =
        [.. routes.Select(route => (route, Split(route.Path))).OrderBy(entry => entry.Item2.Count(IsParameter))];

    public RouteMatch? Match(string method, string rawPath)
    {
        var path = Split(rawPath);
        foreach (var (route, segments) in _routes)
        {
            if ((route.Method == "ANY" || route.Method == method) && Bind(segments, path) is { } parameters) return new RouteMatch(route, parameters);
        }

        return null;
    }

    private static Dictionary<string, string>? Bind(string[] segments, string[] path)
    {
        if (segments.Length != path.Length) return null;
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < segments.Length; i++)
        {
            if (IsParameter(segments[i]) && path[i].Length > 0) parameters[segments[i][1..^1]] = Uri.UnescapeDataString(path[i]);
            else if (segments[i] != path[i]) return null;
        }

        return parameters;
    }

    private static string[] Split(string path) => path.TrimStart('/').Split('/');

    private static bool IsParameter(string segment) => segment is ['{', .., '}'];
}
