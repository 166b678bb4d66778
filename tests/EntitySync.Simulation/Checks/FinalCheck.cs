namespace EntitySync.Simulation.Checks;

/// <summary>At rest the last output of each key is what the oracle makes of the final tables; a deleted root has ended with a tombstone.</summary>
public static class FinalCheck
{
    public static IEnumerable<string> Problems(WorldHistory history)
    {
        foreach (var (key, outputs) in history.Outputs.Where(entry => !history.Roots.ContainsKey(entry.Key))) yield return $"{key} has no root, but {outputs[^1]}";
        foreach (var (key, versions) in history.Roots)
        {
            var last = history.Outputs.GetValueOrDefault(key)?[^1];
            if (versions[^1].Row is not { } root)
            {
                if (last is { Document: not null }) yield return $"{key} is deleted, but its last output is {last}";
            }
            else if (history.Join.IsNested && history.FinalOutput(root) is null)
            {
                if (last is { Document: not null }) yield return $"{key} is dropped or rejected, but its last joined row is {last}";
            }
            else if (history.Definition.Emit.Once)
            {
                if (last?.Document is null && history.FinalOutput(root) is { } once) yield return $"{key} was never emitted, but is {Oracle.NaiveJoin.Canonical(once)} (root {versions[^1].Offset})";
            }
            else if (history.FinalOutput(root) is { } expected && Oracle.NaiveJoin.Canonical(expected) is var text && text != last?.Text)
            {
                yield return $"{key} should end as {text} (root {versions[^1].Offset}), but its last output is {last?.ToString() ?? "none"}";
            }
        }
    }
}
