using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation.Checks;

/// <summary>
/// Every replay is answered once, with the root as its task knew it or newer; every root update leads to an output unless it waited and was overtaken;
/// a life of a task says nothing twice. With at-least-once only the last holds back nothing, so the check asks for "at least" there.
/// </summary>
public sealed class ExactlyOnceCheck(WorldHistory history)
{
    private bool IsExactlyOnce => history.World.Case.IsExactlyOnce;

    private EntityDefinition Definition => history.Definition;

    public IEnumerable<string> Problems() =>
    [
        .. ReplayProblems(),
        .. RootProblems(),
        .. IsExactlyOnce ? Repetitions() : [],
        .. IsExactlyOnce && Definition.Emit.Once ? SecondEmissions() : [],
    ];

    private IEnumerable<string> ReplayProblems()
    {
        var taken = history.World.ReplaysTaken.ToLookup(replay => replay.Replay);
        var answers = history.Outputs.Values.SelectMany(outputs => outputs).Where(output => output.Replay is not null).ToLookup(output => output.Replay!);
        foreach (var written in history.World.Written.Where(written => written.Record.Position.Topic == Definition.ReplayTopic() && !written.IsBad))
        {
            var times = taken[written.Record.Position].ToList();
            if (times.Count == 0 || (IsExactlyOnce && times.Count > 1)) yield return $"replay {written.Record.Position} was processed {times.Count} times";
            var key = Encoding.UTF8.GetString(written.Record.Key!);
            var message = Encoding.UTF8.GetString(written.Record.Value!);
            var answered = answers[message].ToList();
            if (times.Count > 0 && AnswerProblem(key, times[0].RootNext, answered) is { } problem) yield return $"replay {message} of {key} at {written.Record.Position}: {problem}";
        }
    }

    private string? AnswerProblem(string key, long rootNext, List<OutputRecord> answers)
    {
        var versions = history.Roots.GetValueOrDefault(key) ?? [];
        var known = versions.LastOrDefault(version => version.Offset < rootNext);
        if (answers.Exists(answer => answer.Key != key)) return $"answered for another key: {answers[0]}";
        if (!IsExactlyOnce) return null;
        if (known?.Row is null) return answers.Count == 0 ? null : $"the entity is not there, but {answers[0]}";
        if (answers.Exists(answer => answer.RootOffset < known.Offset && !versions.Exists(version => version.Origin is { } origin && origin == answer.Origin && version.Offset >= known.Offset))) return $"its task knew root {known.Offset}, but {answers[0]}";
        var mayBeNone = history.MayForbid || Definition.Emit.Once || (history.HasShuffle && versions.Exists(version => version.Offset >= rootNext && version.Row is null));
        return answers.Count == 1 || (answers.Count == 0 && mayBeNone) ? null : $"{answers.Count} answers: {string.Join("; ", answers)}";
    }

    private IEnumerable<string> RootProblems()
    {
        var mayBeEqual = Definition.Emit.When == EmitWhen.OnChange || Definition.Emit.Once;
        foreach (var (key, versions) in history.Roots)
        {
            var outputs = history.Outputs.GetValueOrDefault(key) ?? [];
            foreach (var version in versions)
            {
                // A replay that comes when the answers are there, but not yet passed on, emits what the update owes.
                var count = outputs.Count(output => (output.Replay is null || history.HasShuffle) && (version.Origin is { } origin ? output.Origin == origin : output.RootOffset == version.Offset));
                if (version.Row is null && (count == 0 || (IsExactlyOnce && count > 1))) yield return $"tombstone {version.Offset} of {key} was emitted {count} times";
                var mayBeNone = mayBeEqual || version.Row is null || history.MayForbid || (history.HasShuffle && version != versions[^1]);
                if (count == 0 && !mayBeNone) yield return $"root {version.Offset} of {key} was never emitted";
            }
        }
    }

    /// <summary>What <c>emit.once</c> has let through is followed by nothing but the tombstone, over all lives of all tasks.</summary>
    private IEnumerable<string> SecondEmissions() =>
        from outputs in history.Outputs.Values
        from pair in outputs.Zip(outputs.Skip(1))
        where pair.First.Document is not null && pair.Second.Document is not null
        select $"emitted again: {pair.First} and {pair.Second}";

    /// <summary>Two equal outputs in a row, neither asked for by a replay, are allowed when a restart lies between them: what was emitted last is not kept over it.
    /// Each tombstone is passed on, since nothing is kept of a deleted root.</summary>
    private IEnumerable<string> Repetitions()
    {
        // Where an output may be forbidden, it may come back after a time without one.
        if (!history.World.Case.Options.SuppressEqualOutput || history.MayForbid) yield break;
        foreach (var (key, outputs) in history.Outputs)
        {
            foreach (var (before, after) in outputs.Zip(outputs.Skip(1)))
            {
                // A row that had to leave its key to another one and gets it back is an update.
                var isSameRoot = (before.RootOffset == after.RootOffset && history.Roots[key].Count(version => version.Origin is { } origin && origin == after.Origin) < 2) || Definition.Emit.When == EmitWhen.OnChange;
                if (isSameRoot && after.Document is not null && before.Record.Value.AsSpan().SequenceEqual(after.Record.Value) && before.Replay is null && after.Replay is null && before.Record.Writer == after.Record.Writer)
                    yield return $"repeated: {before} and {after}";
            }
        }
    }
}
