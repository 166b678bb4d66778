using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;

namespace EntitySync.Tests.Systems;

/// <summary>user-profile.yaml: whatever table arrives first, and whatever changes in one of them, the last profiles are those of the final tables.</summary>
public sealed class UserProfileTests
{
    private const string Ann = "ann@example.org";
    private const string Bob = "bob@example.org";

    public static TheoryData<string, Strategy> Changes =>
    [
        .. Scenarios.Keys.SelectMany(name => SystemDefinitions.Joined.Select(strategy => new TheoryDataRow<string, Strategy>(name, strategy.Data))),
    ];

    private static readonly Dictionary<string, (Action<ProfileTables> Change, SortedDictionary<string, string> Profiles)> Scenarios = new()
    {
        ["user renamed"] = (
            tables => tables.User(1, Ann, "anna"),
            Profiles(
                Profile(1, Ann, "anna", [Star("lib", 13, "A library")], [PullRequest("lib", 4, "Docs", 23, "open")], "true"),
                BobsProfile())),
        ["user with another address"] = (
            tables => tables.User(2, "robert@example.org", "bob"),
            new SortedDictionary<string, string>(StringComparer.Ordinal) { [Ann] = AnnsProfile(), ["robert@example.org"] = BobsProfile().Replace(Bob, "robert@example.org", StringComparison.Ordinal) }),
        ["user deleted"] = (
            tables => tables.DeleteUser(2, Bob, "bob"),
            new SortedDictionary<string, string>(StringComparer.Ordinal) { [Ann] = AnnsProfile() }),
        ["repo deleted"] = (
            tables => tables.DeleteRepo("lib"),
            Profiles(
                Profile(1, Ann, "ann", [Star("tool", 11, "A tool"), Star("lib", 10, null)], AnnsPullRequests("open"), "true"),
                Profile(2, Bob, "bob", [Star("lib", 12, null)], [PullRequest("lib", 2, "Fix", 22, "merged")], "false"))),
        ["pull request closed"] = (
            tables => tables.PullRequest(20, "ann", "lib", 1, "Build", "closed"),
            Profiles(Profile(1, Ann, "ann", AnnsStars(), AnnsPullRequests("closed"), "true"), BobsProfile())),
        ["star moved"] = (
            tables => tables.Star(10, "bob", "lib"),
            Profiles(
                Profile(1, Ann, "ann", [Star("tool", 11, "A tool")], AnnsPullRequests("open"), "true"),
                Profile(2, Bob, "bob", [Star("lib", 12, "A library"), Star("lib", 10, "A library")], [PullRequest("lib", 2, "Fix", 22, "merged")], "false"))),
        ["star removed"] = (
            tables => tables.DeleteStar(11, "ann", "tool"),
            Profiles(Profile(1, Ann, "ann", [Star("lib", 10, "A library")], AnnsPullRequests("open"), "true"), BobsProfile())),
        ["payment verified"] = (
            tables => tables.Payment(31, 2, "true"),
            Profiles(AnnsProfile(), BobsProfile().Replace("\"payment_verified\":false", "\"payment_verified\":true", StringComparison.Ordinal))),
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void EveryArrivalOrderOfTheTables_GivesTheSameProfiles(string change, Strategy strategy)
    {
        var definition = SystemDefinitions.Load("user-profile", strategy);
        var tables = ProfileTables.Sample();
        Scenarios[change].Change(tables);

        foreach (var order in ArrivalOrders.Of(ProfileTables.Topics))
        {
            using var driver = new TopologyDriver(definition, partitions: 2);
            foreach (var (topic, key, value) in order.SelectMany(tables.RecordsOf)) driver.Pipe(topic, key, value);
            driver.Last().ShouldBe(Scenarios[change].Profiles, string.Join(", ", order));
            driver.DeadLetters().ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void ChangesOneAfterTheOther_ReachJustTheProfilesTheyTouch(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("user-profile", strategy), partitions: 2);
        var tables = ProfileTables.Sample();
        foreach (var (topic, key, value) in ProfileTables.Topics.SelectMany(tables.RecordsOf)) driver.Pipe(topic, key, value);
        var before = driver.Emitted().Count;

        tables = new ProfileTables();
        tables.PullRequest(20, "ann", "lib", 1, "Build", "closed");
        tables.Payment(31, 2, "true");
        tables.Heartbeat();
        tables.Star(14, "nobody", "lib");
        tables.User(3, "eve@example.org", "eve");
        tables.DeleteUser(1, Ann, "ann");
        foreach (var (topic, key, value) in tables.Records) driver.Pipe(topic, key, value);

        driver.Emitted().Skip(before).ShouldBe(
        [
            $"{Ann} {Profile(1, Ann, "ann", AnnsStars(), AnnsPullRequests("closed"), "true")}",
            $"{Bob} {BobsProfile().Replace("\"payment_verified\":false", "\"payment_verified\":true", StringComparison.Ordinal)}",
            $"eve@example.org {Profile(3, "eve@example.org", "eve", [], [], "false")}",
            $"{Ann} gone",
        ]);
    }

    private static string AnnsProfile() => Profile(1, Ann, "ann", AnnsStars(), AnnsPullRequests("open"), "true");

    private static string[] AnnsStars() => [Star("tool", 11, "A tool"), Star("lib", 10, "A library")];

    private static string[] AnnsPullRequests(string status) => [PullRequest("lib", 1, "Build", 20, status), PullRequest("tool", 7, "Speed", 21, "open")];

    private static string BobsProfile() => Profile(2, Bob, "bob", [Star("lib", 12, "A library")], [PullRequest("lib", 2, "Fix", 22, "merged")], "false");

    private static SortedDictionary<string, string> Profiles(string ann, string bob) => new(StringComparer.Ordinal) { [Ann] = ann, [Bob] = bob };

    private static string Profile(int id, string email, string username, string[] stars, string[] pullRequests, string verified) =>
        $$"""{"id":{{id}},"email":"{{email}}","username":"{{username}}","stars":[{{string.Join(',', stars)}}],"pull_requests":[{{string.Join(',', pullRequests)}}],"payment_verified":{{verified}}}""";

    private static string Star(string repo, int at, string? description) =>
        $$"""{"repo_owner":"acme","repo_name":"{{repo}}","starred_at":{{at}},"description":{{(description is null ? "null" : $"\"{description}\"")}}}""";

    private static string PullRequest(string repo, int index, string title, int at, string status) =>
        $$"""{"repo":"acme/{{repo}}","index":{{index}},"title":"{{title}}","created_at":{{at}},"status":"{{status}}"}""";
}
