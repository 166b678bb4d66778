using System.Diagnostics.Metrics;
using EntitySync.Core.Joins;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace EntitySync.JoinHost.Telemetry;

/// <summary>
/// Observable instruments of one container: they read what the threads report anyway, when a collection asks, so the hot path knows nothing of them.
/// </summary>
internal sealed class JoinMetrics : IDisposable
{
    private static readonly (string Name, string Unit, string Description, Func<JoinCounts, long> Read)[] Counters =
    [
        ("records.processed", "{record}", "Root and replay records taken, good or bad.", counts => counts.Processed),
        ("records.emitted", "{record}", "Records emitted: live updates, tombstones, fan-outs and replays.", counts => counts.Emitted),
        ("records.replayed", "{record}", "Emissions that a replay caused.", counts => counts.Replayed),
        ("records.dead_lettered", "{record}", "Records sent to the dead-letter topic.", counts => counts.DeadLettered),
        ("records.passed_over", "{record}", "Records of Debezium topics that were no change of a row, such as heartbeats.", counts => counts.PassedOver),
        ("records.misplaced", "{record}", "Records whose key belongs to another partition: their producer uses another partitioner.", counts => counts.MisplacedKeys),
        ("records.shared_keys", "{record}", "Rows of a Debezium root that took over the key of another row's entity; steadily more when the root's key is not unique.", counts => counts.SharedKeys),
        ("records.restored", "{record}", "Records read again to rebuild state.", counts => counts.Restored),
        ("replays.unknown", "{record}", "Replays of keys that have no root row.", counts => counts.UnknownIds),
        ("fanout.visits", "{entity}", "Entities visited because a related row changed.", counts => counts.Visited),
        ("emissions.suppressed", "{record}", "Emissions left out since the output was equal to the last one.", counts => counts.Suppressed),
        ("emissions.dropped", "{record}", "Emissions left out by a relation's missing rule.", counts => counts.Dropped),
        ("shuffle.questions", "{record}", "Questions taken by answer tasks, repeated ones included.", counts => counts.Questions),
        ("shuffle.answers", "{record}", "Answers sent to root tasks, refusals included.", counts => counts.Answers),
        ("shuffle.stale_answers", "{record}", "Answers that came too late to count.", counts => counts.StaleAnswers),
        ("shuffle.rows_rekeyed", "{record}", "Rows sent on under a join value or an entity's key, or taken from one.", counts => counts.RowsRekeyed),
        ("nested.rows_joined", "{record}", "Rows of relations with relations of their own, sent on joined or taken back.", counts => counts.RowsJoined),
    ];

    private readonly Meter _meter = new(JoinInstruments.Name);
    private readonly Func<JoinHostStatus> _status;

    public JoinMetrics(Func<JoinHostStatus> status, Func<IEnumerable<(string Entity, JoinCounts Counts)>> counts)
    {
        _status = status;
        foreach (var (name, unit, description, read) in Counters)
        {
            _meter.CreateObservableCounter(Full(name), () => counts().GroupBy(each => each.Entity, (entity, all) => Of(all.Sum(each => read(each.Counts)), Entity(entity))), unit, description);
        }

        Gauge("rows", "{row}", "Rows held.", task => task.Rows);
        Gauge("state.size", "By", "Keys and values held.", task => task.StateBytes);
        Gauge("state.allocated", "By", "Memory of state and indexes.", task => task.AllocatedBytes);
        Observe("lag", "{record}", "Offsets between what is processed and the end of the partition.", Lags);
        Observe("fanout.left", "{entity}", "Entities still to be visited because a related row changed.", status => Fanouts(status, changes => changes.Sum(change => change.Left)));
        Observe("fanout.age", "s", "How long the oldest fan-out under way has been going on.", status => Fanouts(status, changes => (long)changes.Max(change => change.Seconds)));
        Observe("threads", "{thread}", "Join threads by state.", Threads);
        _meter.CreateObservableCounter(Full("transactions"), () => Transactions(status()), "{transaction}", "Transactions by outcome; none at-least-once.");
    }

    /// <summary>Several containers in one process have a meter each, of the same name.</summary>
    public bool Owns(Instrument instrument) => instrument.Meter == _meter;

    public void Dispose() => _meter.Dispose();

    private static string Full(string name) => "entitysync.join." + name;

    private static Measurement<long> Of(long value, params Tag[] tags) => new(value, tags);

    private static Tag Entity(string entity) => new("entity", entity);

    private static Tag[] TaskTags(JoinTaskStatus task) => [Entity(task.Entity), new("part", task.Part), new("partition", task.Partition)];

    private static IEnumerable<JoinTaskStatus> Tasks(JoinHostStatus status) => status.Threads.SelectMany(thread => thread.Tasks);

    private static IEnumerable<Measurement<long>> Lags(JoinHostStatus status) =>
        from task in Tasks(status)
        from source in task.Sources
        where source.Lag is not null
        select Of(source.Lag!.Value, [.. TaskTags(task), new Tag("topic", source.Topic)]);

    private static IEnumerable<Measurement<long>> Fanouts(JoinHostStatus status, Func<IEnumerable<FanoutStatus>, long> read) =>
        from task in Tasks(status)
        from relation in task.Fanouts.GroupBy(change => change.Relation)
        select Of(read(relation), [.. TaskTags(task), new Tag("relation", relation.Key)]);

    private static IEnumerable<Measurement<long>> Threads(JoinHostStatus status) =>
        status.Threads.GroupBy(thread => thread.State, (state, threads) => Of(threads.Count(), new Tag("state", state)));

    private static IEnumerable<Measurement<long>> Transactions(JoinHostStatus status)
    {
        var known = status.Threads.Select(thread => thread.Transactions).OfType<TransactionStatus>().ToList();
        if (known.Count == 0) return [];
        return [Of(known.Sum(counts => counts.Committed), new Tag("outcome", "committed")), Of(known.Sum(counts => counts.Aborted), new Tag("outcome", "aborted"))];
    }

    private void Gauge(string name, string unit, string description, Func<JoinTaskStatus, long> read) =>
        Observe(name, unit, description, status => Tasks(status).Select(task => Of(read(task), TaskTags(task))));

    private void Observe(string name, string unit, string description, Func<JoinHostStatus, IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableGauge(Full(name), () => read(_status()), unit, description);
}
