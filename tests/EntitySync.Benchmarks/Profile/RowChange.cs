namespace EntitySync.Benchmarks.Profile;

/// <summary>One way to change single rows.</summary>
/// <param name="Name">As the table of results has it.</param>
/// <param name="Add">Changes the tables and adds the event; given how many there were and will be.</param>
internal sealed record RowChange(string Name, Action<ProfileTables, ChangeBatch, int, int> Add)
{
    public const string Stars = "a star added";

    public static readonly IReadOnlyList<RowChange> All =
    [
        new(Stars, (tables, batch, index, _) => AddStar(tables, batch, Pick(tables, ProfileTable.Users, index))),
        new("a pull request closed, or opened again", (tables, batch, index, _) => batch.AddUpdate(ProfileTable.PullRequests, Pick(tables, ProfileTable.PullRequests, index), tables.CloseOrOpen)),
        new("a payment verified, or not any more", (tables, batch, index, _) => batch.AddUpdate(ProfileTable.Payments, Pick(tables, ProfileTable.Payments, index), tables.Verify)),
        new("a user's text changed", (tables, batch, index, _) => batch.AddUpdate(ProfileTable.Users, Pick(tables, ProfileTable.Users, index), tables.ChangeBio)),
        new("a user renamed, or named as before", (tables, batch, index, count) => batch.AddUpdate(ProfileTable.Users, Pick(tables, ProfileTable.Users, index % Math.Max(1, count / 2)), tables.Rename)),
        new("a repo described anew", (tables, batch, index, _) => batch.AddUpdate(ProfileTable.Repos, 1 + (Pick(tables, ProfileTable.Repos, index) % (tables.Size.Repos - 1)), tables.ChangeDescription)),
    ];

    /// <returns>The star's number.</returns>
    public static int AddStar(ProfileTables tables, ChangeBatch batch, int user)
    {
        var star = tables.AddStar(user, 1 + (tables.Stars % (tables.Size.Repos - 1)));
        batch.AddInsert(ProfileTable.Stars, star);
        return star;
    }

    /// <summary>Rows without locality; each comes once before one comes again.</summary>
    public static int Pick(ProfileTables tables, ProfileTable table, int index)
    {
        var count = tables.CountOf(table);
        var stride = Math.Max(1, (long)(count * 0.618));
        while (Divisor(stride, count) != 1) stride++;
        return (int)(index % count * stride % count);
    }

    private static long Divisor(long a, long b) => b == 0 ? a : Divisor(b, a % b);
}
