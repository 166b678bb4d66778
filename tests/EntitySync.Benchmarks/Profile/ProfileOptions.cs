using EntitySync.Core.Definitions;

namespace EntitySync.Benchmarks.Profile;

/// <summary>What the command line of <c>profile</c> says.</summary>
internal sealed record ProfileOptions
{
    /// <summary>Rows of the largest tables; the others are smaller in proportion.</summary>
    public required ProfileSize Size { get; init; }

    /// <summary>Of all relations, nested ones too. One table of results each.</summary>
    public required IReadOnlyList<Strategy> Strategies { get; init; }

    public int Runs { get; init; }

    public int Seed { get; init; }

    /// <summary>Changes of each kind in a measured stretch.</summary>
    public int Changes { get; init; }

    /// <summary>Live changes a second beside the fan-out of the hot repo, half of them updates of users and half new stars.</summary>
    public int LiveChangesPerSecond { get; init; }

    /// <summary>Rows that a step of a fan-out visits.</summary>
    public int FanoutStep { get; init; }

    /// <summary>Records of each internal topic that are taken before another one, or a fan-out, has its turn.</summary>
    public int TopicStep { get; init; }

    /// <summary>File the tables are written to as well.</summary>
    public string? Save { get; init; }
}

/// <summary>Rows of each table; there is one payment a user.</summary>
internal sealed record ProfileSize(int Users, int Stars, int Repos, int PullRequests)
{
    /// <summary>Users that have starred the one repo that very many have.</summary>
    public int HotStars => Math.Min(Users, Stars / 10);

    public long Rows => Users * 2L + Stars + Repos + PullRequests;

    /// <param name="tenths">1 to 10.</param>
    public ProfileSize Tenths(int tenths) => new(Of(Users, tenths), Of(Stars, tenths), Of(Repos, tenths), Of(PullRequests, tenths));

    public override string ToString() => FormattableString.Invariant($"{Users:N0} users, {Stars:N0} stars, {Repos:N0} repos, {PullRequests:N0} pull requests");

    private static int Of(int rows, int tenths) => (int)((long)rows * tenths / 10);
}
