namespace EntitySync.Local.EventSources;

/// <summary>What became of one invocation with a batch.</summary>
/// <param name="Remaining">Records that must come again, in order; empty when all are done.</param>
/// <param name="IsFunctionError">The function failed as a whole, so that halving the batch may isolate the cause.</param>
/// <param name="Reason">Why records remain.</param>
internal sealed record DeliveryOutcome<T>(IReadOnlyList<T> Remaining, bool IsFunctionError, string? Reason)
{
    public static DeliveryOutcome<T> Done { get; } = new([], IsFunctionError: false, Reason: null);

    public static DeliveryOutcome<T> Failed(IReadOnlyList<T> batch, string reason) => new(batch, IsFunctionError: true, reason);

    /// <summary>The response names records the batch does not hold: the service sends the whole batch again.</summary>
    public static DeliveryOutcome<T> Unknown(IReadOnlyList<T> batch, string identifier) =>
        new(batch, IsFunctionError: false, $"the response names {identifier}, which is not in the batch");

    public static DeliveryOutcome<T> Partial(IReadOnlyList<T> remaining) => new(remaining, IsFunctionError: false, $"{remaining.Count} records left by a partial response");
}
