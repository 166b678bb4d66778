namespace EntitySync.Benchmarks.Profile;

internal enum ProfileTable { Users, Stars, Repos, PullRequests, Payments }

/// <summary>
/// The five tables as the database has them. What no change touches follows from the row's number and the seed, so that little is held beside what is measured.
/// </summary>
internal sealed class ProfileTables
{
    /// <summary>The repo that very many have starred.</summary>
    public const int HotRepo = 0;

    private readonly int _seed;
    private readonly int[] _bios;
    private readonly bool[] _isRenamed;
    private readonly int[] _descriptions;
    private readonly bool[] _isClosed;
    private readonly bool[] _isVerified;
    private readonly List<(int User, int Repo)> _stars;

    public ProfileTables(ProfileSize size, int seed)
    {
        Size = size;
        _seed = seed;
        _bios = new int[size.Users];
        _isRenamed = new bool[size.Users];
        _descriptions = new int[size.Repos];
        _isClosed = [.. Enumerable.Range(0, size.PullRequests).Select(index => BitsOf(ProfileTable.PullRequests, index) % 4 == 0)];
        _isVerified = [.. Enumerable.Range(0, size.Users).Select(index => BitsOf(ProfileTable.Payments, index) % 2 == 0)];
        _stars = new List<(int, int)>(size.Stars + (size.Stars / 4));
        for (var star = 0; star < size.Stars; star++)
        {
            var bits = BitsOf(ProfileTable.Stars, star);
            _stars.Add(star < size.HotStars ? (star, HotRepo) : ((int)(bits % (ulong)size.Users), 1 + (int)((bits >> 32) % (ulong)(size.Repos - 1))));
        }
    }

    public ProfileSize Size { get; }

    public int Stars => _stars.Count;

    public int CountOf(ProfileTable table) => table switch
    {
        ProfileTable.Users or ProfileTable.Payments => Size.Users,
        ProfileTable.Stars => Stars,
        ProfileTable.Repos => Size.Repos,
        _ => Size.PullRequests,
    };

    public (int User, int Repo) StarAt(int star) => _stars[star];

    public int AuthorOf(int pullRequest) => (int)(BitsOf(ProfileTable.PullRequests, pullRequest) / 4 % (ulong)Size.Users);

    public int RepoOf(int pullRequest) => (int)((BitsOf(ProfileTable.PullRequests, pullRequest) >> 32) % (ulong)Size.Repos);

    public int BioOf(int user) => _bios[user];

    public bool IsRenamed(int user) => _isRenamed[user];

    public int DescriptionOf(int repo) => _descriptions[repo];

    public bool IsClosed(int pullRequest) => _isClosed[pullRequest];

    public bool IsVerified(int payment) => _isVerified[payment];

    /// <returns>The star's number.</returns>
    public int AddStar(int user, int repo)
    {
        _stars.Add((user, repo));
        return _stars.Count - 1;
    }

    public void ChangeBio(int user) => _bios[user]++;

    /// <summary>To another name, or back to the first one.</summary>
    public void Rename(int user) => _isRenamed[user] = !_isRenamed[user];

    public void ChangeDescription(int repo) => _descriptions[repo]++;

    public void CloseOrOpen(int pullRequest) => _isClosed[pullRequest] = !_isClosed[pullRequest];

    public void Verify(int payment) => _isVerified[payment] = !_isVerified[payment];

    /// <summary>Random bits of a row, the same each time. splitmix64.</summary>
    public ulong BitsOf(ProfileTable table, int index)
    {
        var value = ((ulong)_seed << 40 ^ (ulong)table << 36 ^ (uint)index) + 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
