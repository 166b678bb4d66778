using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>A part of a batch and how often in a row it failed.</summary>
internal sealed record BatchPiece<T>(IReadOnlyList<T> Records, int Failures);

/// <summary>What follows an invocation: pieces to deliver in this order, or records to give up.</summary>
internal sealed record RetryPlan<T>(IReadOnlyList<BatchPiece<T>> Next, IReadOnlyList<T> GiveUp)
{
    private static readonly RetryPlan<T> Nothing = new([], []);

    /// <summary>
    /// The rules of stream event sources. A partial response that got somewhere starts the count again with what is left. A function error halves
    /// the batch, which uses up no retry. Everything else is a retry of the same records; when none is left they are given up.
    /// </summary>
    public static RetryPlan<T> After(BatchPiece<T> piece, DeliveryOutcome<T> outcome, BatchSettings settings)
    {
        if (outcome.Remaining.Count == 0) return Nothing;
        var progressed = outcome.Remaining.Count < piece.Records.Count;
        if (outcome.IsFunctionError && settings.BisectBatchOnFunctionError && piece.Records.Count > 1)
        {
            var half = piece.Records.Count / 2;
            return new([new([.. piece.Records.Take(half)], piece.Failures), new([.. piece.Records.Skip(half)], piece.Failures)], []);
        }

        var failures = progressed ? 1 : piece.Failures + 1;
        return settings.MaximumRetryAttempts is { } retries && failures > retries
            ? new([], outcome.Remaining)
            : new([new(outcome.Remaining, failures)], []);
    }
}
