using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Hooks;
using EntitySync.Core.State;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;
using EntitySync.Local.Samples;

namespace EntitySync.Local.Try;

/// <summary>One call of <c>try</c>: outputs go to standard output as they come, all else to standard error.</summary>
internal sealed class TrySession
{
    private readonly TryOptions _options;
    private readonly EntityDefinition _definition;
    private readonly ExampleData _data;
    private readonly TryReport _report;
    private readonly OutputLines _lines;
    private readonly Func<EntityDefinition, IEntityHook> _hooks;
    private readonly CancellationToken _cancellationToken;
    private readonly bool _isCompared;
    private readonly bool _areLettersCompared;

    /// <exception cref="InvalidDataException">The definition or the records cannot be used.</exception>
    /// <exception cref="DemoException">More records than memory is to hold.</exception>
    public TrySession(TryOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        _options = options;
        _cancellationToken = cancellationToken;
        _hooks = new HookLoader(options.HooksFolder).Load;
        var tried = TriedDefinition.Load(options.File, options.Strategy);
        _definition = tried.Definition;
        if (!IsTable && (options.Orders is not null || options.IsLastOnly))
            throw new InvalidDataException($"Entity '{_definition.Entity}' is a stream: none of its outputs replaces another, and events take the rows that are there when they come. --orders and --last are for tables.");
        var folder = options.Data ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.File))!, "examples", _definition.Entity);
        _data = ExampleData.LoadForTry(_definition, folder);
        _isCompared = File.Exists(Path.Combine(folder, SampleFolder.Expected));
        _areLettersCompared = _isCompared || File.Exists(Path.Combine(folder, SampleFolder.DeadLetters));
        _lines = new OutputLines(output);
        _report = new TryReport(_definition, error);
        _report.Start(options, tried.Lookups);
        _report.Files(folder);
    }

    private bool IsTable => _definition.Root.Kind == RootKind.Table;

    // Few enough to be kept: an event or an update has one output at most.
    private bool IsEveryOutputCompared => _isCompared && (!IsTable || _definition.Emit.Once);

    private bool IsFilesOrder => _options.Seed is null || _options.Orders is not null;

    /// <returns>Exit status.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public int Run()
    {
        var (seen, letters) = (new List<SeenRecord>(), new List<SeenRecord>());
        var last = IsTable && (_isCompared || _options.IsLastOnly || _options.Orders is not null) ? new LastOutputs() : null;
        var (outputs, tombstones) = (0L, 0L);
        using var run = Start(
            record =>
            {
                outputs++;
                if (record.Value is null) tombstones++;
                if (!_options.IsLastOnly) _lines.Write(record.Key, record.Value);
                last?.Put(record.Key!.Value, record.Value);
                if (IsEveryOutputCompared) seen.Add(Seen(record));
            },
            (record, text) =>
            {
                _report.DeadLetter(text);
                if (IsFilesOrder && _areLettersCompared) letters.Add(Seen(record));
            });
        try
        {
            run.Run(IsFilesOrder ? ArrivalOrder.OfFiles(_definition, _data) : ArrivalOrder.Of(_data, _options.Seed!.Value));
            foreach (var (key, value) in _options.IsLastOnly ? last!.All : []) _lines.Write(key, value);
        }
        finally
        {
            _lines.Flush();
        }

        _report.Summary(_data, run.Counts, outputs, tombstones);
        _report.Matches(run.CountMatches());
        var isGood = IsAsExpected(run, IsEveryOutputCompared ? seen : last?.Seen ?? [], letters);
        if (_options.Orders is { } orders) isGood &= IsSameInAnyOrder(last!, orders);
        return isGood && !(_options.IsStrict && run.Counts.DeadLettered > 0) ? 0 : 1;
    }

    private TryRun Start(Action<OutgoingRecord> onOutput, Action<OutgoingRecord, string> onDeadLetter) =>
        new(_definition, _options.Partitions, _hooks) { OnOutput = onOutput, OnDeadLetter = onDeadLetter, CancellationToken = _cancellationToken };

    // In another order than the files' dead letters may come and go, and events find other rows.
    private bool IsAsExpected(TryRun run, IReadOnlyList<SeenRecord> outputs, IReadOnlyList<SeenRecord> letters)
    {
        var (hasExpected, hasLetters) = (_isCompared, _areLettersCompared);
        if (!hasExpected && !hasLetters) return true;
        if (!IsFilesOrder) _report.NotCompared(IsTable && hasExpected);
        if (!IsFilesOrder) (hasExpected, hasLetters) = (hasExpected && IsTable, false);
        var results = new ExampleCheck(_definition, _data.Expected, _data.DeadLetters).Compare(outputs, letters);
        var checks = results.Where((_, index) => index == results.Count - 1 ? hasLetters : hasExpected).ToList();
        foreach (var check in checks) _report.Check(check);
        var isGood = checks.TrueForAll(check => check.Passed);
        if (!isGood && !IsFilesOrder) _report.OrderMatters(run.Counts);
        return isGood;
    }

    private bool IsSameInAnyOrder(LastOutputs expected, int orders)
    {
        var first = _options.Seed ?? 1;
        for (var tried = 0; tried < orders; tried++)
        {
            var seed = unchecked(first + tried);
            var last = new LastOutputs();
            using var run = Start(record => last.Put(record.Key!.Value, record.Value), (_, _) => { });
            run.Run(ArrivalOrder.Of(_data, seed));
            if (expected.FirstDifference(last) is not { } difference) continue;
            _report.Differs(seed, tried + 1, orders, difference);
            _report.OrderMatters(run.Counts);
            return false;
        }

        _report.Same(first, orders);
        return true;
    }

    // As a follower of the topic shows records without key.
    private static SeenRecord Seen(OutgoingRecord record) => new(record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "", record.Value?.ToArray(), null);
}
