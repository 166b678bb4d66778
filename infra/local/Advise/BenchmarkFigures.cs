namespace EntitySync.Local.Advise;

/// <summary>Every measured figure that the advice uses. No formula has another one; what is not measured is in <see cref="Assumptions"/>.</summary>
internal static class BenchmarkFigures
{
    private const string Topology = "topology.md";
    private const string Small = "topology --items 200000 --runs 5";
    private const string Large = "topology --items 2000000 --runs 1";
    private const string Embedded = "topology --bootstrap embedded --items 200000";
    private const string InProcess = "Joining items with their delivery classes, in process";
    private const string EndToEnd = "End to end, on the mock cluster / 200,000 items";

    private const string Profile = "profile.md";
    private const string Profiles = "profile --users 100000 --stars 1000000 --repos 50000 --pull-requests 500000 --strategy shuffle broadcast --runs 1 --changes 2000 --live-rate 1000";
    private const string ProfileTitle = "Joining user profiles from five tables, in process";
    private const string ShuffleState = "Shuffle / State, 10x";
    private const string BroadcastState = "Broadcast / State, 10x";
    private const string HotRepo = "A repo that very many have starred is described anew, 10x";

    // ---- Join host: rates of a process with two cores, the mock cluster and the reader in it ------------------------------
    public static readonly Figure UpdatesPerSecond = new(252_885, Topology, Embedded, EndToEnd, "topology, exactly-once", "item updates/s");
    public static readonly Figure ReEmissionsPerSecond = new(360_292, Topology, Embedded, EndToEnd, "topology, exactly-once", "re-emissions/s");
    public static readonly Figure TopologyItemBytes = new(183, Topology, Small, InProcess, "items of # bytes on average");
    public static readonly Figure RestoredItemsPerSecond = new(589_843, Topology, Large, InProcess + " / 2,000,000 items", "restored items/s", "EntitySync");

    // ---- Join host: memory ------------------------------------------------------------------------------------------------
    public static readonly Figure ItemOverheadBytes = new(61.3, Topology, Small, InProcess + " / 200,000 items", "memory over payload, bytes an item", "EntitySync");
    public static readonly Figure TopologyRowsPerItem = new(2, Topology, Small, InProcess, "that name # of 50 classes");
    public static readonly Figure BroadcastRowMemory = new(671.4, Profile, Profiles, BroadcastState, "broadcast tables, on the garbage collector's heap", "memory, bytes a row");
    public static readonly Figure BroadcastRowPayload = new(159.3, Profile, Profiles, BroadcastState, "keys and rows as they come, bytes a row", "10x");
    public static readonly Figure RekeyRowMemory = new(40.6, Profile, Profiles, ShuffleState, "user-profile-stars-rekey", "memory, bytes a row");
    public static readonly Figure AnswerRowMemory = new(253.4, Profile, Profiles, ShuffleState, "user-profile-stars-answer", "memory, bytes a row");
    public static readonly Figure AnswerRowPayload = new(210.6, Profile, Profiles, ShuffleState, "user-profile-stars-answer", "payload, bytes a row");
    public static readonly Figure ShuffleEntityMemory = new(5775.7, Profile, Profiles, ShuffleState, "user-profile", "memory, bytes a row");
    public static readonly Figure ShuffleEntityPayload = new(289.6, Profile, Profiles, ShuffleState, "user-profile", "payload, bytes a row");
    public static readonly Figure ShuffleEntities = new(100_000, Profile, Profiles, ShuffleState, "user-profile", "rows");
    public static readonly Figure ShuffleStars = new(1_000_000, Profile, Profiles, ShuffleState, "user-profile-stars-answer", "rows");
    public static readonly Figure ShufflePullRequests = new(500_000, Profile, Profiles, ShuffleState, "user-profile-pullRequests-answer", "rows");
    public static readonly Figure ShufflePayments = new(100_000, Profile, Profiles, ShuffleState, "user-profile-payment-answer", "rows");

    // ---- Join host: shuffle beside broadcast ------------------------------------------------------------------------------
    public static readonly Figure HotRepoShuffle = new(19_568, Profile, Profiles, "Shuffle / " + HotRepo, "re-emissions/s", "");
    public static readonly Figure HotRepoBroadcast = new(35_659, Profile, Profiles, "Broadcast / " + HotRepo, "re-emissions/s", "");
    public static readonly Figure CommitMilliseconds = new(10, Profile, Profiles, ProfileTitle, "a container adds a commit of some # ms");

    // ---- Functions --------------------------------------------------------------------------------------------------------
    public static readonly Figure EnrichMicroseconds = new(0.76, "enrich.md", "enrich", "Enriching items, one core", "whole batch, writer that discards", "µs an item");
    public static readonly Figure EnrichItemBytes = new(301, "enrich.md", "enrich", "Enriching items, one core", "Items of # bytes on average");
    public static readonly Figure WritesPerOrderInOneBatch = new(2, "reconcile.md", "reconcile", "Reconciling orders, one core", "order and products in one batch of 600 messages", "writes an order");
    public static readonly Figure WritesPerOrderInSixBatches = new(7, "reconcile.md", "reconcile", "Reconciling orders, one core", "six batches: the order, then each product", "writes an order");

    /// <summary>What a broadcast row takes over its own bytes, in each thread.</summary>
    public static double BroadcastRowOverhead => BroadcastRowMemory - BroadcastRowPayload;

    /// <summary>What a row takes in a task that has asked for it, over its own bytes; the copy of it is in the figure too, so it is rather too high.</summary>
    public static double PreparedRowOverhead => (ShuffleEntityMemory - ShuffleEntityPayload) / ((ShuffleStars + ShufflePullRequests + ShufflePayments) / ShuffleEntities);

    /// <summary>What a row takes where it is brought under its join column and answered, over its own bytes.</summary>
    public static double AnsweredRowOverhead => RekeyRowMemory + AnswerRowMemory - AnswerRowPayload;

    /// <summary>How many times longer a fan-out takes with shuffle. Measured with nested relations, so rather too high for others.</summary>
    public static double ShuffleFactor => HotRepoBroadcast / HotRepoShuffle;
}
