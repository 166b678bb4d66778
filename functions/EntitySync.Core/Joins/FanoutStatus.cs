namespace EntitySync.Core.Joins;

/// <summary>A change of related rows on its way to the entities that refer to them.</summary>
/// <param name="Relation">Name of the relation.</param>
/// <param name="Value">The value of the join column (UTF-8 text).</param>
/// <param name="Done">Entities visited since the change (since the restart, when the task was restarted).</param>
/// <param name="Left">Entities still to be visited, at most.</param>
/// <param name="PerSecond">Entities visited a second, on average since it started.</param>
/// <param name="Seconds">How long it has been going on, since the last change of the value (since the restart, when the task was restarted).</param>
public sealed record FanoutStatus(string Relation, string Value, long Done, long Left, double PerSecond, double Seconds);
