namespace EntitySync.Local.Reconciling;

/// <summary>What must have become of one entity.</summary>
/// <param name="Status">As the API calls it.</param>
/// <param name="Output">The document that must have been written when it became complete; null when it did not.</param>
/// <param name="WasOverdue">Whether it must have been reported.</param>
/// <param name="Arrived">Elements that must be known of it.</param>
/// <param name="Missing">Elements that it must be said to lack; null of amounts, and where nothing is expected.</param>
/// <param name="TooLate">Messages that must be dead letters, as they were sent.</param>
public sealed record Outcome(string Id, string Status, string? Output, bool WasOverdue, IReadOnlySet<string> Arrived, IReadOnlyList<string>? Missing, IReadOnlyList<string?> TooLate);
