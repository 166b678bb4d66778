namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>A deliberate mistake, to see that the check finds it.</summary>
internal enum Mutant
{
    None,

    /// <summary>The transition to complete does not ask for the version that was judged.</summary>
    VersionIgnored,

    /// <summary>A message that is refused as a duplicate ends there: the entity is not judged again.</summary>
    DuplicateNotJudged,

    /// <summary>What an entity's failure says must come again does not.</summary>
    FailureNotRedelivered,
}

/// <summary>What may go wrong in one run, and how often.</summary>
/// <param name="Abandons">Invocations that are given up between two calls of the table: their messages are delivered again while what they had under way may still happen later, or never.</param>
/// <param name="Failures">Calls of the table that fail for the moment.</param>
/// <param name="Sweeps">Sweeps for overdue orders; all are due.</param>
/// <param name="Mutant">The mistake.</param>
internal sealed record ModelOptions(int Abandons = 0, int Failures = 0, int Sweeps = 0, Mutant Mutant = Mutant.None);

/// <summary>An invariant that does not hold.</summary>
internal sealed class ModelViolationException(string message) : Exception(message);
