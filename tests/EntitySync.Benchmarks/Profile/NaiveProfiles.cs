using EntitySync.Core.State;

namespace EntitySync.Benchmarks.Profile;

/// <summary>What the profiles must be, made from the tables as they stand by grouping and sorting, and nothing of the topology.</summary>
internal sealed class NaiveProfiles(ProfileTables tables)
{
    private readonly ILookup<string, int> _stars = Enumerable.Range(0, tables.Stars).ToLookup(star => ProfileRows.FirstUserName(tables.StarAt(star).User));
    private readonly ILookup<string, int> _pullRequests = Enumerable.Range(0, tables.Size.PullRequests).ToLookup(index => ProfileRows.FirstUserName(tables.AuthorOf(index)));
    private readonly byte[] _row = new byte[ProfileRows.MaximumBytes];

    /// <param name="sink">Holds the last output of each profile.</param>
    /// <returns>Profiles compared.</returns>
    /// <exception cref="InvalidOperationException">One is not what it must be.</exception>
    public int Compare(ProfileSink sink)
    {
        for (var user = 0; user < tables.Size.Users; user++)
        {
            var expected = System.Text.Encoding.UTF8.GetBytes(Profile(user));
            if (StableHash.Of(expected) == sink.LastOf(user)) continue;
            throw new InvalidOperationException($"The profile of user {user} must be\n{Profile(user)}\nand is\n{sink.Texts?[user] ?? "(another one)"}");
        }

        return tables.Size.Users;
    }

    private string Profile(int user)
    {
        var name = ProfileRows.UserName(tables, user);
        var stars = _stars[name].OrderByDescending(star => ProfileRows.StarredAt(tables, star)).Select(Star);
        var pullRequests = _pullRequests[name].OrderBy(index => ProfileRows.CreatedAt(tables, index), StringComparer.Ordinal).Select(PullRequest);
        return $$"""{{Row(user)}},"stars":[{{string.Join(',', stars)}}],"pull_requests":[{{string.Join(',', pullRequests)}}],"payment_verified":{{ProfileRows.Json(tables.IsVerified(user))}}}""";
    }

    // Without the closing brace.
    private string Row(int user) => System.Text.Encoding.UTF8.GetString(_row, 0, ProfileRows.Write(_row, tables, ProfileTable.Users, user) - 1);

    private string Star(int star)
    {
        var repo = tables.StarAt(star).Repo;
        return $$"""{"repo_owner":"{{ProfileRows.RepoOwner(repo)}}","repo_name":"{{ProfileRows.RepoName(repo)}}","starred_at":{{ProfileRows.StarredAt(tables, star)}},"description":"{{ProfileRows.Description(tables, repo)}}"}""";
    }

    private string PullRequest(int index)
    {
        var repo = tables.RepoOf(index);
        var status = tables.IsClosed(index) ? "closed" : "open";
        return $$"""{"repo":"{{ProfileRows.RepoOwner(repo)}}/{{ProfileRows.RepoName(repo)}}","index":{{index}},"title":"Water the roots of number {{index}}","created_at":"{{ProfileRows.CreatedAt(tables, index)}}","status":"{{status}}"}""";
    }
}
