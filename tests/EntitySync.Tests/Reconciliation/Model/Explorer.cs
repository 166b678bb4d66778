namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>
/// Goes through all runs of a script, depth first. A run cannot be copied, so each begins anew and takes the same choices up to where it differs; one that reaches a state
/// which another one has reached before ends there.
/// </summary>
internal sealed class Explorer(Script script, ModelOptions options, ModelParts parts)
{
    private readonly HashSet<ulong> _seen = [];
    private readonly List<(int Choice, int Count)> _path = [];

    /// <summary>Distinct states.</summary>
    public int States => _seen.Count;

    /// <summary>Runs that were begun.</summary>
    public int Runs { get; private set; }

    /// <exception cref="ModelViolationException">An invariant does not hold; the message has the steps that led there.</exception>
    public void Explore()
    {
        do RunOnce();
        while (Advance());
    }

    private void RunOnce()
    {
        Runs++;
        var run = new ModelRun(script, options, parts);
        try
        {
            foreach (var (choice, _) in _path) run.Take(run.Choices()[choice]);
            while (_seen.Add(run.Fingerprint()) && run.Choices() is { Count: > 0 } choices)
            {
                _path.Add((0, choices.Count));
                run.Take(choices[0]);
            }
        }
        catch (ModelViolationException violation)
        {
            throw new ModelViolationException($"{violation.Message} [{script.Name}]\n{string.Join('\n', run.Trace)}");
        }
    }

    private bool Advance()
    {
        while (_path.Count > 0)
        {
            var (choice, count) = _path[^1];
            _path.RemoveAt(_path.Count - 1);
            if (choice + 1 == count) continue;
            _path.Add((choice + 1, count));
            return true;
        }

        return false;
    }
}
