namespace EntitySync.Core.Reconciliation.Reading;

/// <summary>What a message says has to arrive: elements, or an amount.</summary>
/// <param name="Elements">Each once, in the order of the message; empty of an amount.</param>
/// <param name="Amount">The amount; null of elements.</param>
internal sealed record Expectation(IReadOnlyList<string> Elements, Amount? Amount)
{
    /// <summary>True when both are complete with the same; the order of elements and zeros at an amount's end do not count.</summary>
    public bool IsSameAs(Expectation other) =>
        Amount == other.Amount && Elements.Count == other.Elements.Count && (Elements.Count == 0 || new HashSet<string>(Elements, StringComparer.Ordinal).SetEquals(other.Elements));
}

/// <summary>A message of the expected topic, read.</summary>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
/// <param name="Id">The entity's id.</param>
/// <param name="IsCancelled">True when it takes the entity back.</param>
/// <param name="Expectation">What has to arrive; null when cancelled.</param>
/// <param name="DueAt">The moment that the message names; null without.</param>
internal readonly record struct ExpectedMessage(string? Problem, string Id, bool IsCancelled, Expectation? Expectation, DateTimeOffset? DueAt)
{
    public static ExpectedMessage Bad(string problem) => new(problem, "", false, null, null);
}

/// <summary>A message of the arrived topic, read.</summary>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
/// <param name="Id">The entity's id.</param>
/// <param name="Element">What tells the piece from others.</param>
/// <param name="Fields">JSON object with what is kept of it.</param>
/// <param name="Amount">What it adds; null of elements.</param>
internal readonly record struct ArrivedMessage(string? Problem, string Id, string Element, ReadOnlyMemory<byte> Fields, Amount? Amount)
{
    public static ArrivedMessage Bad(string problem) => new(problem, "", "", default, null);
}
