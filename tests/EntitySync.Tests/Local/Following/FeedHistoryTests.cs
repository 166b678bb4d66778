using EntitySync.Core.Errors;
using EntitySync.Core.Feeds;
using EntitySync.Local.Following;
using EntitySync.Tests.Feeds;

namespace EntitySync.Tests.Local.Following;

/// <summary>
/// Random histories: a topic of some partitions grows at any moment, also between two reads of one page, while followers begin, stop in the middle and go on from what they remember.
/// Whatever happens, each follower has seen every record once, those of a partition in their order.
/// </summary>
public sealed class FeedHistoryTests(ITestOutputHelper output)
{
    private const int Histories = 1_000;
    private const int HistoriesOfMistakes = 300;
    private static readonly Uri Address = new("http://feeds.example/feeds/shop");

    /// <summary>What somebody might get wrong; the histories must notice each.</summary>
    public enum Mistake
    {
        None,

        /// <summary>The follower remembers the page, and not the offsets.</summary>
        ForgetsOffsets,

        /// <summary>The follower remembers a page before it has taken its entries.</summary>
        RemembersTooEarly,

        /// <summary>Of two writers of a run the later one wins.</summary>
        OverwritesPages,
    }

    [Fact]
    public async Task Followers_SeeEveryRecordOnce_InTheOrderOfItsPartition()
    {
        await Parallel.ForEachAsync(Enumerable.Range(1, Histories), async (seed, _) =>
        {
            if (await new History(seed, Mistake.None).RunAsync() is { } difference) throw new InvalidOperationException($"History {seed}: {difference}");
        });
    }

    [Theory]
    [InlineData(Mistake.ForgetsOffsets)]
    [InlineData(Mistake.RemembersTooEarly)]
    [InlineData(Mistake.OverwritesPages)]
    public async Task Mistake_IsNoticed(Mistake mistake)
    {
        var seed = 1;
        while (seed <= HistoriesOfMistakes && await new History(seed, mistake).RunAsync() is null) seed++;
        seed.ShouldBeLessThanOrEqualTo(HistoriesOfMistakes, "no history shows it");
        output.WriteLine($"{mistake}: seed {seed}");
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly FeedRig _rig;
        private readonly HttpClient _http;
        private readonly List<Reader> _readers = [];
        private readonly Mistake _mistake;
        private int _partitions;
        private int _betweenLeft = 30; // more would make the topic grow faster than anybody reads it

        public History(int seed, Mistake mistake)
        {
            _mistake = mistake;
            _random = new Random(seed);
            _partitions = _random.Next(1, 4);
            var pages = new OverwrittenPages(); // only used for the mistake
            _rig = new FeedRig(_random.Next(2, 12), _partitions, mistake == Mistake.OverwritesPages ? pages : null) { SkipsSerialization = true };
            _http = new HttpClient(new FeedRigHandler(_rig) { Before = _ => Chance(20) ? new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable) : null });
            _rig.Pages.BeforeAdd = pages.BeforeAdd = _ => BeforeAddAsync();
            _rig.Topics.Gate = _ =>
            {
                if (_betweenLeft > 0 && Chance(4)) Append(--_betweenLeft % 6);
                return Task.CompletedTask;
            };
        }

        /// <returns>What a follower saw otherwise than it was; null when all is well.</returns>
        public async Task<string?> RunAsync()
        {
            try
            {
                await StepsAsync();
                return null;
            }
            catch (Exception exception) when (exception is ShouldAssertException or FollowException or EntitySyncException)
            {
                return exception.Message;
            }
        }

        private async Task StepsAsync()
        {
            var steps = _random.Next(10, 40);
            for (var step = 0; step < steps; step++)
            {
                switch (_random.Next(6))
                {
                    case 0 or 1:
                        Append(Chance(10) ? _random.Next(60) : _random.Next(6));
                        break;
                    case 2 when _readers.Count < 3:
                        _readers.Add(new Reader(_http, _mistake));
                        break;
                    case 3 when Chance(5):
                        _rig.Topics.CreateTopic(FeedRig.Topic, ++_partitions);
                        break;
                    case 4 when Chance(5):
                        _rig.Definition = _rig.Definition with { PageSize = _random.Next(2, 12) };
                        break;
                    default:
                        if (_readers.Count > 0) await _readers[_random.Next(_readers.Count)].TurnAsync(Chance(3) ? _random.Next(4) : int.MaxValue);
                        break;
                }
            }

            _rig.Topics.Gate = _ => Task.CompletedTask;
            _readers.Add(new Reader(_http, _mistake)); // one that has seen nothing yet
            foreach (var reader in _readers)
            {
                while (await reader.TurnAsync(int.MaxValue))
                {
                }

                reader.Seen.GroupBy(entry => entry.Partition).OrderBy(group => group.Key).SelectMany(group => group.Select(entry => (entry.Partition, entry.Offset)))
                    .ShouldBe(Enumerable.Range(0, _partitions).SelectMany(partition => _rig.Topics.Records(FeedRig.Topic, partition).Select(record => (partition, record.Offset))));
            }
        }

        // Another instance of the function sees more records, and is first.
        private async Task BeforeAddAsync()
        {
            if (_betweenLeft <= 0 || !Chance(2)) return;
            _betweenLeft--;
            Append(_random.Next(1, 30));
            await _rig.NewestAsync();
        }

        private void Append(int count)
        {
            var partition = _random.Next(_partitions);
            for (var number = 0; number < count; number++)
            {
                if (Chance(10)) _rig.Topics.Skip(FeedRig.Topic, partition, _random.Next(1, 4)); // markers, aborted records
                _rig.Append(partition, "k", Chance(5) ? null : "1", second: _random.Next(1000));
            }
        }

        private bool Chance(int of) => _random.Next(of) == 0;
    }

    private sealed class Reader(HttpClient http, Mistake mistake)
    {
        private readonly TimeProvider _time = new EntitySync.Testing.LeapingClock();
        private FollowPlace _remembered = FollowPlace.Beginning(Address);
        private FeedFollower? _follower;
        private int _pagesLeft;

        public List<FollowedEntry> Seen { get; } = [];

        /// <param name="pages">It is stopped behind so many pages, and goes on the next time as a new one.</param>
        public async Task<bool> TurnAsync(int pages)
        {
            _pagesLeft = pages;
            _follower ??= new FeedFollower(new FeedClient(http, _time, attempts: 100), _remembered, TakeAsync);
            try
            {
                return await _follower.TurnAsync(CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                _follower = null;
                return true;
            }
        }

        private Task TakeAsync(FollowedPage page, IReadOnlyList<FollowedEntry> entries, FollowPlace place)
        {
            if (mistake == Mistake.RemembersTooEarly) _remembered = place;
            if (_pagesLeft-- == 0) throw new OperationCanceledException();
            Seen.AddRange(entries);
            _remembered = mistake == Mistake.ForgetsOffsets ? place with { Next = new Dictionary<int, long>() } : place;
            return Task.CompletedTask;
        }
    }

    private sealed class OverwrittenPages : IFeedPages
    {
        private readonly SortedDictionary<long, PageRun> _runs = [];

        public Func<PageRun, Task> BeforeAdd { get; set; } = _ => Task.CompletedTask;

        public Task<PageRun?> LastAsync(string feed, CancellationToken cancellationToken) => Task.FromResult<PageRun?>(_runs.Values.LastOrDefault());

        public Task<PageRun?> FindAsync(string feed, long page, CancellationToken cancellationToken) => Task.FromResult(_runs.Values.LastOrDefault(run => run.First <= page && page <= run.Last));

        public async Task<bool> TryAddAsync(string feed, PageRun run, CancellationToken cancellationToken)
        {
            await BeforeAdd(run);
            _runs[run.First] = run;
            return true;
        }
    }
}
