using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Demo;

/// <summary>A row that changes in the demo.</summary>
/// <param name="Affected">Keys of the roots that the change must reach.</param>
public sealed record DemoChange(string Key, JsonObject Row, IReadOnlyList<string> Affected);

/// <summary>The main job: one delivery class changes, and every item that depends on it follows. Each phase waits for the one before.</summary>
public sealed class DemoRun(DemoSteps steps, CrashOnce crash)
{
    public async Task<IReadOnlyList<CheckResult>> RunAsync()
    {
        await steps.Console.PhaseAsync($"Load {steps.Data.Rows.Count:N0} rows of {steps.Relation.From} through the reference API", steps.LoadRowsAsync);
        await steps.Console.PhaseAsync($"Load {steps.Data.Roots.Count:N0} records into topic {steps.Definition.Root.Topic}", steps.LoadRootsAsync);
        await steps.Console.PhaseAsync("Enrich all of them", steps.EnrichAllAsync);
        List<CheckResult> results = [.. steps.Check.AfterLoading(steps.Outputs.Latest())];

        var change = ChooseChange();
        results.AddRange(steps.Relation.Strategy == Strategy.Lookup
            ? await new ReplayedChange(steps, crash).RunAsync(change)
            : await new FannedOutChange(steps).RunAsync(change));
        results.Add(new CheckResult("no dead letters", steps.DeadLetters.Count == 0, $"{steps.DeadLetters.Count:N0} in {steps.Definition.DeadLetterTopic()}"));
        return results;
    }

    /// <summary>The row that most items name gets times that beat every other class, so that each of its items must change.</summary>
    private DemoChange ChooseChange()
    {
        var chosen = steps.Data.Rows.OrderByDescending(row => steps.Check.Affected(row.Key).Count).ThenBy(row => row.Key, StringComparer.Ordinal).First();
        var affected = steps.Check.Affected(chosen.Key);
        if (affected.Count == 0) throw new DemoException($"No item that a change would reach names a row of {steps.Relation.From}.");
        var row = JsonNode.Parse(chosen.Json)!.AsObject();
        if (steps.Relation.Pick is { Field: { Steps: [var field] } }) row[field.Name] = 1;
        foreach (var source in steps.Relation.Set.Select(mapping => mapping.Source.Text).Where(source => source != steps.Relation.Pick?.Field.Text)) row[source] = 2;
        return new DemoChange(chosen.Key, row, affected);
    }
}
