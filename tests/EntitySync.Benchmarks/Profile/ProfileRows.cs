using System.Globalization;
using System.Text.Unicode;

namespace EntitySync.Benchmarks.Profile;

/// <summary>Writes rows and keys of the tables as JSON, as a connector has them in its change events.</summary>
internal static class ProfileRows
{
    /// <summary>Room that any row needs.</summary>
    public const int MaximumBytes = 512;

    /// <summary>Microseconds since 1970, as the connector writes a timestamp: another one for each star.</summary>
    public static long StarredAt(ProfileTables tables, int star) => 1_600_000_000_000_000 + ((long)(tables.BitsOf(ProfileTable.Stars, star) % 10_000_000) * 10_000_000) + star;

    public static string UserName(ProfileTables tables, int user) => tables.IsRenamed(user) ? $"name-{user:D8}-renamed" : FirstUserName(user);

    /// <summary>Stars and pull requests keep the name their user had at first.</summary>
    public static string FirstUserName(int user) => $"name-{user:D8}";

    /// <summary>A text that an update of the user's row brings, and no other row has.</summary>
    public static string Bio(ProfileTables tables, int user) => $"Likes gardens, number {user}, version {tables.BioOf(user)}";

    public static string RepoOwner(int repo) => $"owner-{repo % 1000:D4}";

    public static string RepoName(int repo) => $"repo-{repo:D8}";

    public static string Description(ProfileTables tables, int repo) => $"Grows \\\"plants\\\" from seeds, version {tables.DescriptionOf(repo)}";

    public static string CreatedAt(ProfileTables tables, int pullRequest)
    {
        var bits = tables.BitsOf(ProfileTable.PullRequests, pullRequest);
        return $"20{bits % 20 + 10}-{bits / 20 % 12 + 1:D2}-{bits / 240 % 28 + 1:D2}T08:00:00.{pullRequest % 1_000_000:D6}Z";
    }

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, ProfileTables tables, ProfileTable table, int index)
    {
        var written = 0;
        _ = table switch
        {
            ProfileTable.Users => Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"id":{{index}},"email":"user-{{index:D8}}@example.org","username":"{{UserName(tables, index)}}","full_name":"Jürgen Gärtner {{index % 1000}}","bio":"{{Bio(tables, index)}}","credit":"BOI=","created_at":1767225600{{index % 1_000_000:D6}}}""", out written),
            ProfileTable.Stars => WriteStar(target, tables, index, out written),
            ProfileTable.Repos => Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"owner":"{{RepoOwner(index)}}","name":"{{RepoName(index)}}","description":"{{Description(tables, index)}}","language":"C#","pushed_at":1767225600{{tables.DescriptionOf(index) % 1_000_000:D6}}}""", out written),
            ProfileTable.PullRequests => WritePullRequest(target, tables, index, out written),
            _ => Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"id":{{index}},"user_id":{{index}},"amount":"BOI=","verified":{{Json(tables.IsVerified(index))}},"checked_at":1767225600000000}""", out written),
        };
        return written;
    }

    /// <returns>Bytes written.</returns>
    public static int WriteKey(Span<byte> target, ProfileTable table, int index)
    {
        var written = 0;
        _ = table == ProfileTable.Repos
            ? Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"owner":"{{RepoOwner(index)}}","name":"{{RepoName(index)}}"}""", out written)
            : Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"id":{{index}}}""", out written);
        return written;
    }

    public static string Json(bool value) => value ? "true" : "false";

    private static bool WriteStar(Span<byte> target, ProfileTables tables, int star, out int written)
    {
        var (user, repo) = tables.StarAt(star);
        return Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"id":{{star}},"username":"{{FirstUserName(user)}}","repo_owner":"{{RepoOwner(repo)}}","repo_name":"{{RepoName(repo)}}","starred_at":{{StarredAt(tables, star)}}}""", out written);
    }

    private static bool WritePullRequest(Span<byte> target, ProfileTables tables, int index, out int written)
    {
        var repo = tables.RepoOf(index);
        var status = tables.IsClosed(index) ? "closed" : "open";
        return Utf8.TryWrite(target, CultureInfo.InvariantCulture, $$"""{"id":{{index}},"author":"{{FirstUserName(tables.AuthorOf(index))}}","repo":"{{RepoOwner(repo)}}/{{RepoName(repo)}}","index":{{index}},"title":"Water the roots of number {{index}}","created_at":"{{CreatedAt(tables, index)}}","status":"{{status}}"}""", out written);
    }
}
