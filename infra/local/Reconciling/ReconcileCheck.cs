using System.Text.Json.Nodes;
using EntitySync.Core.State;
using EntitySync.Local.Demo;

namespace EntitySync.Local.Reconciling;

/// <summary>Compares what one reconciliation has written with what must have become of its entities.</summary>
internal sealed class ReconcileCheck(NaiveRule rule, IReadOnlyDictionary<string, Outcome> outcomes)
{
    private const int Examples = 3;

    /// <summary>Which message a dead letter was; one that was written twice has the same.</summary>
    public static string PositionOf(SeenRecord record) => record.Header(HeaderNames.DeadLetterPosition) ?? "";

    /// <summary>Each complete entity once, with the document that was recomputed; duplicates are recognised by their transition.</summary>
    public IEnumerable<CheckResult> Completed(IReadOnlyList<SeenRecord> outputs)
    {
        var complete = outcomes.Values.Where(outcome => outcome.Output is not null).ToList();
        var byKey = outputs.ToLookup(record => record.Key, StringComparer.Ordinal);
        var wrong = complete.Where(outcome => Transitions(byKey[outcome.Id]) != 1 || byKey[outcome.Id].Any(record => Text(record) != outcome.Output)).Select(outcome => outcome.Id).ToList();
        yield return Result($"{rule.Entity}: complete ones in {rule.OutputTopic} exactly once", wrong, complete.Count, Duplicates(outputs, HeaderNames.Transition));

        var others = outputs.Select(record => record.Key).Where(key => outcomes.GetValueOrDefault(key)?.Output is null).Distinct(StringComparer.Ordinal).ToList();
        yield return Result($"{rule.Entity}: no other in {rule.OutputTopic}", others, outcomes.Count - complete.Count);
    }

    public CheckResult Overdue(IReadOnlyList<SeenRecord> reports)
    {
        var overdue = outcomes.Values.Where(outcome => outcome.WasOverdue).ToList();
        var byKey = reports.ToLookup(record => record.Key, StringComparer.Ordinal);
        var wrong = overdue.Where(outcome => Transitions(byKey[outcome.Id]) != 1 || byKey[outcome.Id].Any(record => !Reports(record, outcome.Id))).Select(outcome => outcome.Id)
            .Concat(reports.Select(record => record.Key).Where(key => outcomes.GetValueOrDefault(key)?.WasOverdue != true).Distinct(StringComparer.Ordinal)).ToList();
        return Result($"{rule.Entity}: overdue ones reported once, no others", wrong, overdue.Count, Duplicates(reports, HeaderNames.Transition));
    }

    /// <summary>Exactly the messages that came too late, whoever was killed after writing some.</summary>
    public CheckResult DeadLetters(IReadOnlyList<SeenRecord> letters)
    {
        var wanted = outcomes.Values.SelectMany(outcome => outcome.TooLate.Select(json => Name(outcome.Id, json))).Order(StringComparer.Ordinal).ToList();
        var found = letters.DistinctBy(PositionOf, StringComparer.Ordinal).Select(record => Name(record.Key, Raw(record))).Order(StringComparer.Ordinal).ToList();
        var odd = letters.Where(record => record.Header(HeaderNames.DeadLetterReason)?.Contains(" is complete since ", StringComparison.Ordinal) != true).Select(record => $"{record.Key}: {record.Header(HeaderNames.DeadLetterReason)}");
        var wrong = wanted.Except(found).Select(name => "missing " + name).Concat(found.Except(wanted).Select(name => "unexpected " + name)).Concat(odd).ToList();
        if (wrong.Count == 0 && wanted.Count != found.Count) wrong.Add($"{found.Count:N0} instead of {wanted.Count:N0}");
        return Result($"{rule.Entity}: dead letters are what came too late", wrong, wanted.Count, Duplicates(letters, HeaderNames.DeadLetterPosition));

        static string Name(string key, string? json) => $"{key} {json ?? "tombstone"}";
    }

    public static CheckResult Result(string name, IReadOnlyList<string> wrong, int of, string? note = null) => new(
        name, wrong.Count == 0, wrong.Count == 0 ? $"{of:N0} checked{note}" : $"{wrong.Count:N0} of {of:N0} wrong, e.g. {string.Join(", ", wrong.Take(Examples))}");

    private static int Transitions(IEnumerable<SeenRecord> records) => records.Select(record => record.Header(HeaderNames.Transition)).Distinct(StringComparer.Ordinal).Count();

    private static string? Duplicates(IReadOnlyList<SeenRecord> records, string header)
    {
        var twice = records.Count - records.DistinctBy(record => (record.Key, record.Header(header))).Count();
        return twice == 0 ? null : $", {twice:N0} written again and recognised";
    }

    private bool Reports(SeenRecord record, string id)
    {
        var report = JsonNode.Parse(record.Value!)!;
        return (string?)report["entity"] == rule.Entity && (string?)report["id"] == id && (string?)report["status"] == "overdue";
    }

    // Numbers keep their digits, so 0.30 and 0.3 are not the same here.
    private static string? Text(SeenRecord record) => record.Value is null ? null : JsonNode.Parse(record.Value)!.ToJsonString();

    private static string? Raw(SeenRecord record) => record.Value is null ? null : System.Text.Encoding.UTF8.GetString(record.Value);
}
