using System.Diagnostics;
using EntitySync.Benchmarks.Topology;
using EntitySync.Benchmarks.Topology.InProcess;
using EntitySync.Core.Definitions;

namespace EntitySync.Benchmarks.Profile;

/// <summary>
/// The topology through all that is measured with tables of one size, from empty state on. Events are made outside of the measured time. At the end every profile
/// is compared with the naive ones.
/// </summary>
internal sealed class ProfileRun : IDisposable
{
    private const int BatchRecords = 10_000;
    private const int RoundRecords = 1_000;

    private static readonly ProfileTable[] All = Enum.GetValues<ProfileTable>();

    private readonly ProfileOptions _options;
    private readonly FigureSheet _figures;
    private readonly string _size;
    private readonly CancellationToken _cancellationToken;
    private readonly ProfileTables _tables;
    private readonly ChangeBatch _batch;
    private readonly ProfileSink _sink;
    private readonly ProfileEngine _engine;
    private readonly long _heapBefore;

    /// <param name="definition">Of user profiles.</param>
    /// <param name="size">Rows to begin with.</param>
    /// <param name="name">Of the size, in the figures.</param>
    /// <param name="options">What else to do.</param>
    /// <param name="figures">Where results go.</param>
    /// <param name="keepsTexts">Whether a wrong profile can be shown; takes memory.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public ProfileRun(EntityDefinition definition, ProfileSize size, string name, ProfileOptions options, FigureSheet figures, bool keepsTexts, CancellationToken cancellationToken)
    {
        (_options, _figures, _size, _cancellationToken) = (options, figures, name, cancellationToken);
        _tables = new ProfileTables(size, options.Seed);
        _batch = new ChangeBatch(_tables);
        _sink = new ProfileSink(size.Users) { Texts = keepsTexts ? new string?[size.Users] : null };
        FillWithSnapshot(new int[All.Length]); // the buffer is as large as it gets
        _heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        _engine = new ProfileEngine(definition, options, _sink);
    }

    /// <returns>Profiles compared.</returns>
    public int Run(bool isLargest)
    {
        Load();
        foreach (var change in RowChange.All) Measure(change);
        if (isLargest)
        {
            new HotRepoRun(_options, _tables, _batch, _sink, _engine, _figures, _cancellationToken).Run();
            foreach (var stars in WideUserRun.Sizes(_tables)) new WideUserRun(_tables, _batch, _sink, _engine, _figures).Run(stars);
        }

        return new NaiveProfiles(_tables).Compare(_sink);
    }

    public void Dispose() => _engine.Dispose();

    private void Load()
    {
        var meter = new Meter();
        var next = new int[All.Length];
        var payload = 0L;
        var pauses = GC.GetTotalPauseDuration();
        while (FillWithSnapshot(next))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            payload += _batch.RowBytes;
            meter.Start();
            TakeAll();
            _engine.Commit();
            meter.Stop();
        }

        var rows = _tables.Size.Rows;
        Set("load", "change events", rows);
        Set("load", "change events/s", rows / meter.Seconds);
        Set("load", "seconds", meter.Seconds);
        Set("load", "pauses of the garbage collector, seconds", (GC.GetTotalPauseDuration() - pauses).TotalSeconds);
        Set("load", "records between parts", _sink.Internal);
        Set("load", "bytes of them", _sink.InternalBytes);
        Set("load", "emissions", _sink.Emitted);
        Set("load", "records processed/s, all parts", _engine.Processed / meter.Seconds);
        Set("load", "allocated on the heap, bytes an event", meter.AllocatedBytes / (double)rows);
        MeasureState(payload);
    }

    private void MeasureState(long payload)
    {
        _engine.Trim();
        var heap = GC.GetTotalMemory(forceFullCollection: true) - _heapBefore;
        foreach (var task in _engine.Tasks) State(task.Part.Name, task.Rows, task.StateBytes, task.AllocatedBytes);
        State("broadcast tables, on the garbage collector's heap", _engine.BroadcastRows, _engine.BroadcastBytes, _engine.BroadcastBytes);
        var held = _engine.NativeBytes + _engine.BroadcastBytes;
        Set("memory", "rows of the five tables", _tables.Size.Rows);
        Set("memory", "keys and rows as they come, bytes a row", payload / (double)_tables.Size.Rows);
        Set("memory", "held by all parts, bytes a row", held / (double)_tables.Size.Rows);
        Set("memory", "of it over keys and rows, bytes a row", (held - payload) / (double)_tables.Size.Rows);
        Set("memory", "garbage collector's heap, bytes a row", heap / (double)_tables.Size.Rows);
    }

    private void State(string part, long rows, long payload, long allocated)
    {
        if (rows == 0) return;
        _figures["state " + _size, part, "rows"] = rows;
        _figures["state " + _size, part, "payload"] = payload / (double)rows;
        _figures["state " + _size, part, "allocated"] = allocated / (double)rows;
    }

    private void Measure(RowChange change)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        Fill(change);
        var meter = new Meter();
        meter.Start();
        TakeAll();
        meter.Stop();
        Set(change, "rate", _batch.Count / meter.Seconds);

        Fill(change);
        var (processed, visited, emitted) = (_engine.Processed, _engine.Counts.Visited, _sink.Emitted);
        var alone = new Meter();
        alone.Start();
        var latencies = TakeOneByOne(_batch, _engine, _sink);
        alone.Stop();
        Set(change, "cost", alone.Seconds * 1e6 / _batch.Count);
        Set(change, "median", latencies.At(0.5));
        Set(change, "p99", latencies.At(0.99));
        Set(change, "longest", latencies.At(1));
        Set(change, "records", (_engine.Processed - processed) / (double)_batch.Count);
        Set(change, "visits", (_engine.Counts.Visited - visited) / (double)_batch.Count);
        Set(change, "emissions", (_sink.Emitted - emitted) / (double)_batch.Count);
    }

    /// <summary>Each change when all that the one before leads to is done.</summary>
    /// <returns>Waits from the event to the last emission it leads to.</returns>
    /// <exception cref="InvalidOperationException">A change led to no emission.</exception>
    public static Latencies TakeOneByOne(ChangeBatch batch, ProfileEngine engine, ProfileSink sink)
    {
        var latencies = new Latencies(batch.Count);
        sink.IsTimed = true;
        for (var index = 0; index < batch.Count; index++)
        {
            var (table, key, value) = batch[index];
            var started = Stopwatch.GetTimestamp();
            engine.Take(table, key, value);
            engine.RunToQuiet();
            if (sink.LastEmittedAt < started) throw new InvalidOperationException($"Change {index} of {table} led to no emission.");
            latencies.Add(Stopwatch.GetElapsedTime(started, sink.LastEmittedAt).TotalMilliseconds);
        }

        sink.IsTimed = false;
        return latencies;
    }

    private void Fill(RowChange change)
    {
        _batch.Clear();
        for (var index = 0; index < _options.Changes; index++) change.Add(_tables, _batch, index, _options.Changes);
    }

    private void TakeAll()
    {
        for (var index = 0; index < _batch.Count; index++)
        {
            var (table, key, value) = _batch[index];
            _engine.Take(table, key, value);
            if (index % RoundRecords == RoundRecords - 1) _engine.Round();
        }

        _engine.RunToQuiet();
    }

    /// <summary>The tables come side by side, each in the order of its keys.</summary>
    /// <returns>False when there is nothing left.</returns>
    private bool FillWithSnapshot(int[] next)
    {
        _batch.Clear();
        while (_batch.Count < BatchRecords)
        {
            var table = All.MinBy(table => next[(int)table] / (double)_tables.CountOf(table));
            if (next[(int)table] == _tables.CountOf(table)) break;
            _batch.AddSnapshot(table, next[(int)table]++);
        }

        return _batch.Count > 0;
    }

    private void Set(string section, string row, double value) => _figures[section, row, _size] = value;

    private void Set(RowChange change, string column, double value) => _figures["changes " + _size, change.Name, column] = value;
}
