using EntitySync.Tests.Joins.Debezium;

namespace EntitySync.Tests.Systems;

/// <summary>
/// Change events of the five tables of user-profile.yaml, in the order in which the database made them. The later a row's id, the later its timestamps.
/// </summary>
internal sealed class ProfileTables
{
    public static readonly string[] Topics = ["users", "stars", "repos", "pull-requests", "payments"];

    private readonly ChangeEvents _events = new("postgresql", HasSchema: true);
    private readonly List<(string Topic, string? Key, string? Value)> _records = [];

    public IReadOnlyList<(string Topic, string? Key, string? Value)> Records => _records;

    /// <summary>Ann and Bob; Anna, whose star and pull request nobody has yet; two repos.</summary>
    public static ProfileTables Sample()
    {
        var tables = new ProfileTables();
        tables.User(1, "ann@example.org", "ann");
        tables.User(2, "bob@example.org", "bob");
        tables.Repo("lib", "A library");
        tables.Repo("tool", "A tool");
        tables.Star(10, "ann", "lib");
        tables.Star(11, "ann", "tool");
        tables.Star(12, "bob", "lib");
        tables.Star(13, "anna", "lib");
        tables.PullRequest(20, "ann", "lib", 1, "Build", "open");
        tables.PullRequest(21, "ann", "tool", 7, "Speed", "open");
        tables.PullRequest(22, "bob", "lib", 2, "Fix", "merged");
        tables.PullRequest(23, "anna", "lib", 4, "Docs", "open");
        tables.Payment(30, 1, "true");
        tables.Payment(31, 2, "null");
        return tables;
    }

    public IEnumerable<(string Topic, string? Key, string? Value)> RecordsOf(string topic) => _records.Where(record => record.Topic == topic);

    public void User(int id, string email, string username) => Put("users", Id(id), UserRow(id, email, username));

    public void DeleteUser(int id, string email, string username) => Delete("users", Id(id), UserRow(id, email, username));

    public void Star(int id, string username, string repo) => Put("stars", Id(id), StarRow(id, username, repo));

    public void DeleteStar(int id, string username, string repo) => Delete("stars", Id(id), StarRow(id, username, repo));

    public void Repo(string name, string description) => Put("repos", RepoKey(name), $$"""{"owner":"acme","name":"{{name}}","description":"{{description}}"}""");

    public void DeleteRepo(string name) => Delete("repos", RepoKey(name), RepoKey(name));

    public void PullRequest(int id, string author, string repo, int index, string title, string status) => Put(
        "pull-requests", Id(id), $$"""{"id":{{id}},"author":"{{author}}","repo":"acme/{{repo}}","index":{{index}},"title":"{{title}}","created_at":{{id}},"status":"{{status}}"}""");

    public void Payment(int id, int user, string verified) => Put("payments", Id(id), $$"""{"id":{{id}},"user_id":{{user}},"amount":"MDk=","verified":{{verified}}}""");

    public void Heartbeat() => _records.Add(("users", """{"serverName":"app"}""", _events.Heartbeat()));

    private static string Id(int id) => $$"""{"id":{{id}}}""";

    private static string RepoKey(string name) => $$"""{"owner":"acme","name":"{{name}}"}""";

    private static string UserRow(int id, string email, string username) => $$"""{"id":{{id}},"email":"{{email}}","username":"{{username}}"}""";

    private static string StarRow(int id, string username, string repo) => $$"""{"id":{{id}},"username":"{{username}}","repo_owner":"acme","repo_name":"{{repo}}","starred_at":{{id}}}""";

    private void Put(string topic, string key, string row) => _records.Add((topic, _events.Key(key), _events.Update(row)));

    private void Delete(string topic, string key, string row)
    {
        _records.Add((topic, _events.Key(key), _events.Delete(row)));
        _records.Add((topic, _events.Key(key), null));
    }
}
