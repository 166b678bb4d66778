using System.Globalization;
using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>
/// One execution of a script: two event sources deliver the topics' messages to invocations of the real batch code, one at a time each; a sweep may run besides. Every call
/// of the table is a step, and which one comes next is the explorer's choice.
/// </summary>
internal sealed class ModelRun
{
    private readonly Script _script;
    private readonly ModelParts _parts;
    private readonly Source[] _sources;
    private readonly List<Invocation> _invocations = [];
    private readonly List<Func<string>> _trace = [];
    private Invocation? _current;
    private int _abandons;
    private int _failures;
    private int _sweeps;

    public ModelRun(Script script, ModelOptions options, ModelParts parts)
    {
        (_script, Options, _parts) = (script, options, parts);
        (_abandons, _failures, _sweeps) = (options.Abandons, options.Failures, options.Sweeps);
        _sources = [new Source("orders", Records(script.Expected, parts)), new Source("products-manufactured", Records(script.Arrived, parts))];
        Checks = new ModelChecks(script);
        Table = new InMemoryReconciliationTable(parts.Clock) { Written = Checks.OnWrite };
        Called = parts.Calls(Table);
        parts.Writer.Run = this;
        parts.Table.Run = this;
    }

    public ModelOptions Options { get; }

    public InMemoryReconciliationTable Table { get; }

    /// <summary>Takes the calls.</summary>
    public IReconciliationTable Called { get; }

    public ModelChecks Checks { get; }

    public IEnumerable<string> Trace => _trace.Select(name => name());

    /// <summary>Called by the table that the invocations see.</summary>
    public void Add(PendingCall call) => _current!.Pending.Add(call);

    /// <summary>All that may happen next; the same list for the same state.</summary>
    public List<(Func<string> Name, Action Act)> Choices()
    {
        var choices = new List<(Func<string>, Action)>();
        foreach (var source in _sources)
        {
            if (source.Left == 0 || (source.Active is not null && _abandons == 0)) continue;
            choices.Add(Delivery(source, source.Left));
            if (source.Left > 1) choices.Add(Delivery(source, 1));
        }

        foreach (var invocation in _invocations)
        {
            foreach (var call in invocation.Pending)
            {
                choices.Add((() => $"{invocation.Name}: {call.Name()}", () => Grant(invocation, call)));
                if (_failures > 0 && !invocation.IsAbandoned) choices.Add((() => $"{invocation.Name}: {call.Name()} fails", () => Fail(invocation, call)));
            }
        }

        if (_sweeps > 0) choices.Add((() => "sweep", Sweep));
        return choices;
    }

    public void Take((Func<string> Name, Action Act) choice)
    {
        _trace.Add(choice.Name);
        choice.Act();
        Settle();
        if (_sources.All(source => source.Active is null && source.Left == 0)) Checks.OnEnd(Table);
    }

    /// <summary>Equal for runs that can only go on alike.</summary>
    public ulong Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var item in Table.Items) text.Append(SteppedTable.Short(item)).Append(';');
        foreach (var source in _sources) text.Append(CultureInfo.InvariantCulture, $"{source.Position},{source.Active is not null};");
        foreach (var invocation in _invocations.Select(invocation => invocation.Fingerprint()).Order(StringComparer.Ordinal)) text.Append(invocation).Append(';');
        text.Append(CultureInfo.InvariantCulture, $"{_abandons},{_failures},{_sweeps};").Append(Checks.Fingerprint());
        return StableHash.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static EnrichRecord[] Records(ScriptMessage[] messages, ModelParts parts) => [.. messages.Select((message, offset) => parts.RecordOf(message, offset))];

    private (Func<string> Name, Action Act) Delivery(Source source, int count)
    {
        var (givenUp, position) = (source.Active, source.Position);
        return (() => $"{(givenUp is null ? "" : $"give {givenUp.Name} up, ")}deliver {count} of {source.Topic} from {position}", () => Deliver(source, count));
    }

    private void Deliver(Source source, int count)
    {
        if (source.Active is { } givenUp)
        {
            _abandons--;
            givenUp.IsAbandoned = true;
        }

        var invocation = new Invocation($"{source.Topic}@{source.Position}+{count}", source, source.Position + count);
        source.Active = invocation;
        _invocations.Add(invocation);
        var partition = new PartitionRecords(source.Topic, 0, source.Records[source.Position..(source.Position + count)]);
        Run(invocation, () => invocation.Result = _parts.Batch.RunAsync([partition], () => TimeSpan.FromHours(1), CancellationToken.None));
    }

    private void Sweep()
    {
        _sweeps--;
        var invocation = new Invocation("sweep", null, 0);
        _invocations.Add(invocation);
        Run(invocation, () => invocation.Result = _parts.Sweep.RunAsync(() => TimeSpan.FromHours(1), CancellationToken.None));
    }

    private void Grant(Invocation invocation, PendingCall call)
    {
        invocation.Pending.Remove(call);
        Run(invocation, () => invocation.Keep(call.Grant()));
    }

    private void Fail(Invocation invocation, PendingCall call)
    {
        _failures--;
        invocation.Pending.Remove(call);
        Run(invocation, () =>
        {
            invocation.Keep($"{call.Name()} fails;");
            call.Fail();
        });
    }

    private void Run(Invocation invocation, Action action)
    {
        _current = invocation;
        action();
        _current = null;
    }

    private void Settle()
    {
        foreach (var invocation in _invocations.Where(invocation => invocation.Result!.IsCompleted).ToList())
        {
            _invocations.Remove(invocation);
            invocation.Result!.GetAwaiter().GetResult();
            if (invocation.IsAbandoned || invocation.Source is not { } source) continue;
            source.Active = null;
            var comeAgain = ((Task<ReconcileResult>)invocation.Result).Result.ComeAgain;
            source.Position = comeAgain.Count == 0 || Options.Mutant == Mutant.FailureNotRedelivered ? invocation.End : (int)comeAgain.Single().Offset;
        }

        if (_invocations.Find(invocation => invocation.Pending.Count == 0) is { } stray) throw new InvalidOperationException($"{stray.Name} waits for something that is not a call of the table.");
    }

    private sealed class Source(string topic, EnrichRecord[] records)
    {
        public string Topic => topic;

        public EnrichRecord[] Records => records;

        public int Position { get; set; }

        public int Left => records.Length - Position;

        public Invocation? Active { get; set; }
    }

    private sealed class Invocation(string name, Source? source, int end)
    {
        private string _kept = "";

        public string Name => name;

        public Source? Source => source;

        public int End => end;

        public List<PendingCall> Pending { get; } = [];

        public Task? Result { get; set; }

        public bool IsAbandoned { get; set; }

        public void Keep(string text) => _kept += text;

        // What it does next follows from the calls it waits for, and from which of its entities have failed or are to be dead-lettered.
        public string Fingerprint() => $"{name},{IsAbandoned},{string.Join('/', Pending.Select(call => call.Key()))},{_kept}";
    }
}
