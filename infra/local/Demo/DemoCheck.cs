using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Local.Demo;

/// <param name="Passed">Whether it holds.</param>
/// <param name="Found">What was found, with numbers.</param>
public sealed record CheckResult(string Name, bool Passed, string Found);

/// <summary>
/// Recomputes on JSON documents, with none of the product's enrichment code, what every output must be, and compares the whole list of outputs.
/// </summary>
public sealed class DemoCheck(EntityDefinition definition, RelationDefinition relation, DemoData data, IReadOnlyDictionary<string, JsonObject> rowsBefore)
{
    private const int Examples = 3;

    /// <summary>So few items may share the partition of one acknowledgement.</summary>
    private const int FewForAMiddle = 12;

    // The result is the same with every strategy, and the oracle knows one.
    private readonly EntityDefinition _looksUp = definition with { Relations = [.. definition.Relations.Select(each => each with { Strategy = Strategy.Lookup })] };

    private bool IsLookup => relation.Strategy == Strategy.Lookup;

    /// <summary>Roots whose relation names <paramref name="row"/>: those the change must reach. A replay reaches only those that fit its filter.</summary>
    public IReadOnlyList<string> Affected(string row) => [.. data.Roots.Where(root => Names(root, row) && (!IsLookup || FitsFilter(root))).Select(root => root.Key)];

    public IEnumerable<CheckResult> AfterLoading(IReadOnlyDictionary<string, SeenRecord> latest)
    {
        var wrong = data.Roots.Where(root => !IsExpected(root, rowsBefore, latest)).Select(root => root.Key).ToList();
        yield return Result("every item enriched as recomputed", wrong, data.Roots.Count);
    }

    /// <param name="replayId">The replay that the change started; null when it fans out in the topology.</param>
    /// <param name="sinceChange">All outputs since the change, in order.</param>
    public IEnumerable<CheckResult> AfterChange(DemoChange change, string? replayId, IReadOnlyDictionary<string, SeenRecord> latest, IReadOnlyList<SeenRecord> sinceChange)
    {
        var affected = change.Affected;
        var rowsAfter = RowsAfter(change);
        var reached = affected.ToHashSet(StringComparer.Ordinal);
        var roots = LastRoots();

        var stale = affected.Where(key => !IsExpected(roots[key], rowsAfter, latest)).ToList();
        yield return Result($"{(IsLookup ? "online items" : "items")} of '{change.Key}' have the new times", stale, affected.Count);

        // After a crash the topology may emit an item once more as it was.
        var touched = sinceChange.Where(record => !reached.Contains(record.Key) && (IsLookup || !roots.TryGetValue(record.Key, out var root) || !Matches(root, rowsBefore, record.Value)))
            .Select(record => record.Key).ToList();
        var changed = data.Roots.Where(root => !reached.Contains(root.Key) && !IsExpected(root, rowsBefore, latest)).Select(root => root.Key).ToList();
        yield return Result("no other item changed", [.. touched.Union(changed)], data.Roots.Count - affected.Count);

        var lost = roots.Keys.Where(key => !latest.ContainsKey(key)).Concat(affected.Except(sinceChange.Where(record => replayId is null || record.ReplayId == replayId).Select(record => record.Key))).ToList();
        yield return Result("nothing lost", lost, roots.Count);

        bool IsOld(SeenRecord record) => reached.Contains(record.Key) && !Matches(roots[record.Key], rowsAfter, record.Value);
        yield return IsLookup
            ? Result("nothing stale: no output since the change has old times", [.. sinceChange.Where(IsOld).Select(record => record.Key)], sinceChange.Count)
            : Result("nothing stale: no item went back to old times", WentBack(sinceChange, IsOld), sinceChange.Count);
    }

    /// <param name="ids">Those of a replay that was started by hand after the change.</param>
    /// <param name="sinceReplay">All outputs since its start, in order.</param>
    public CheckResult AfterReplay(DemoChange change, string replayId, IReadOnlyList<string> ids, IReadOnlyList<SeenRecord> sinceReplay)
    {
        var (rowsAfter, roots) = (RowsAfter(change), LastRoots());
        var wrong = sinceReplay.Where(record => record.ReplayId != replayId || !roots.TryGetValue(record.Key, out var root) || !Matches(root, rowsAfter, record.Value)).Select(record => record.Key)
            .Union(ids.Except(sinceReplay.Select(record => record.Key)))
            .Union(sinceReplay.GroupBy(record => record.Key, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key)).ToList();
        return Result("replay by hand emitted the latest state, each id once", wrong, ids.Count);
    }

    /// <param name="published">Keys of all replay records of the replay, in order.</param>
    /// <param name="inFlight">Ids of the page that failed in the middle.</param>
    public static CheckResult Resumed(IReadOnlyList<string> published, IReadOnlyList<string> affected, IReadOnlyList<string> inFlight)
    {
        var twice = published.GroupBy(key => key, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        var passed = inFlight.Count > 0 && twice.SetEquals(inFlight) && published.Count == affected.Count + inFlight.Count && published.ToHashSet(StringComparer.Ordinal).SetEquals(affected);
        return new CheckResult("replay resumed after the failure", passed,
            $"{affected.Count:N0} ids, {published.Count:N0} records: only the {twice.Count:N0} of the failed page came twice");
    }

    // After a crash the topology may emit once more what it had emitted before the change; but never after the new times.
    private static List<string> WentBack(IReadOnlyList<SeenRecord> outputs, Predicate<SeenRecord> isOld)
    {
        var renewed = new HashSet<string>(StringComparer.Ordinal);
        var back = new List<string>();
        foreach (var record in outputs)
        {
            if (!isOld(record)) renewed.Add(record.Key);
            else if (renewed.Contains(record.Key)) back.Add(record.Key);
        }

        return back;
    }

    /// <param name="followed">Items that had followed the change when the join host was killed.</param>
    public static CheckResult Killed(int followed, int affected) => new(
        "join host killed in the middle of the fan-out", followed > 0 && (followed < affected || affected <= FewForAMiddle), $"{followed:N0} of {affected:N0} items had followed");

    private Dictionary<string, JsonObject> RowsAfter(DemoChange change) => new(rowsBefore, StringComparer.Ordinal) { [change.Key] = change.Row };

    private Dictionary<string, DemoDocument> LastRoots() =>
        data.Roots.GroupBy(root => root.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    private static CheckResult Result(string name, List<string> wrong, int of) => new(
        name, wrong.Count == 0, wrong.Count == 0 ? $"{of:N0} checked" : $"{wrong.Count:N0} of {of:N0} wrong, e.g. {string.Join(", ", wrong.Take(Examples))}");

    private bool IsExpected(DemoDocument root, IReadOnlyDictionary<string, JsonObject> rows, IReadOnlyDictionary<string, SeenRecord> latest) =>
        latest.TryGetValue(root.Key, out var seen) && Matches(root, rows, seen.Value);

    private bool Matches(DemoDocument root, IReadOnlyDictionary<string, JsonObject> rows, byte[]? output)
    {
        var expected = Parse(root.Json);
        var verdict = NaiveEnrichment.Apply(_looksUp, expected, (table, key) => table == relation.From ? rows.GetValueOrDefault(key) : null);
        return verdict == NaiveEnrichment.Verdict.Emitted && output is not null && JsonNode.DeepEquals(expected, Parse(output));
    }

    private bool Names(DemoDocument root, string row) => relation.Match.Path?.Steps is [var step] && Parse(root.Json)[step.Name] switch
    {
        JsonArray array => array.Any(element => element is JsonValue value && value.ToString() == row),
        JsonValue value => value.ToString() == row,
        _ => false,
    };

    // field:value, as the item definition has it.
    private bool FitsFilter(DemoDocument root)
    {
        if (definition.Replay?.Filter is not { } filter) return true;
        if (filter.Split(':') is not [var field, var wanted]) throw new DemoException($"The demo understands a replay filter of the form field:value, not '{filter}'.");
        return Parse(root.Json)[field]?.ToString() == wanted;
    }

    private static JsonObject Parse(byte[] json) => JsonNode.Parse(json)!.AsObject();
}
