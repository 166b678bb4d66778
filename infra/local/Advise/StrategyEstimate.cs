using EntitySync.Core.Definitions;

namespace EntitySync.Local.Advise;

/// <summary>What one strategy would do with a workload.</summary>
/// <param name="Refusal">Why it cannot be taken; null when it can, and then all others are there.</param>
public sealed record StrategyEstimate(Strategy Strategy, string? Refusal)
{
    public JoinPlan Join { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>From a changed class until the last of its items is emitted.</summary>
    public double PropagationSeconds { get; init; }

    /// <summary>False: classes change faster than their items follow, one change after the other.</summary>
    public bool KeepsUp { get; init; }

    public double RestoreSeconds { get; init; }

    /// <summary>Records in topics between the parts, that one changed item and one changed class lead to.</summary>
    public double InternalRecordsPerItemChange { get; init; }

    /// <inheritdoc cref="InternalRecordsPerItemChange"/>
    public double InternalRecordsPerClassChange { get; init; }

    /// <summary>Of a month.</summary>
    public double InternalRecords { get; init; }

    /// <summary>Of a month.</summary>
    public Usage Usage { get; init; } = new();

    public Bill Bill { get; init; } = new(0, 0, 0, 0, 0, 0);

    public bool IsPossible => Refusal is null;

    public string Name => $"{Strategy}".ToLowerInvariant();
}
