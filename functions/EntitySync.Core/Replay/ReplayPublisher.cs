using System.Text.Json.Serialization;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Replay;

/// <summary>How an invocation ended, for the state machine's choice.</summary>
/// <param name="ReplayId">The replay.</param>
/// <param name="Slice">Its slice.</param>
/// <param name="Outcome">
/// <c>DONE</c>: the slice is published. <c>MORE</c>: call again. <c>BUSY</c>: another invocation has the slice; call again after the wait.
/// <c>PAUSED</c>, <c>STOPPED</c>: a person has put down the replay, or ended it; do not call again.
/// </param>
/// <param name="WaitSeconds">For <c>BUSY</c>, else 0.</param>
public sealed record PublishOutcome(
    [property: JsonPropertyName("replayId")] string ReplayId,
    [property: JsonPropertyName("slice")] string Slice,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("waitSeconds")] int WaitSeconds = 0)
{
    public const string Done = "DONE";
    public const string More = "MORE";
    public const string Busy = "BUSY";
    public const string Paused = "PAUSED";
    public const string Stopped = "STOPPED";
}

/// <summary>
/// Publishes pages of one slice until it is done or time runs short. The order that everything rests on: page read, records written and all
/// acknowledged, checkpoint moved, conditional on the claim. A crash anywhere publishes again at most the page in flight. Before each page the replay is
/// read: a pause or a stop lets no further page begin, and the page in flight still counts.
/// </summary>
public sealed class ReplayPublisher(
    EntityCatalog catalog,
    IReplayStore store,
    IdSources sources,
    ITopicWriter writer,
    ReplayOptions options,
    TimeProvider clock,
    ILogger<ReplayPublisher> logger)
{
    private const int LongestError = 1000;

    /// <param name="replayId">The replay.</param>
    /// <param name="part">The slice, e.g. <c>slice#0000</c>.</param>
    /// <param name="owner">Unique to this invocation.</param>
    /// <param name="deadline">When the invocation is ended from outside.</param>
    /// <param name="cancellationToken">Ends the call; the slice is released.</param>
    /// <exception cref="TransientException">Id source, topic or store failed; the checkpoint stands, call again.</exception>
    /// <exception cref="InvalidRequestException">Calling again would fail again.</exception>
    public async Task<PublishOutcome> PublishAsync(string replayId, string part, string owner, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        var request = await store.FindRequestAsync(replayId, cancellationToken)
            ?? throw new InvalidRequestException($"There is no replay '{replayId}'; it may be older than {options.KeepFor.TotalDays:F0} days.");
        var definition = catalog.TryGet(request.Entity, out var found) && found.Replay is not null
            ? found
            : throw new InvalidRequestException($"Entity '{request.Entity}' of replay '{replayId}' is no longer defined, or not to be replayed.");

        var record = await FindAsync(replayId, cancellationToken);
        if (LeftBy(record) is { } left) return new PublishOutcome(replayId, part, left);
        var result = await store.ClaimAsync(replayId, part, owner, options.Lease, cancellationToken);
        return result.Outcome switch
        {
            SliceClaimOutcome.Done => new PublishOutcome(replayId, part, PublishOutcome.Done),
            SliceClaimOutcome.Busy => BusyUntil(replayId, part, result.BusyUntil ?? clock.GetUtcNow()),
            _ => await PublishClaimedAsync(definition, request, record, result.Claim!, deadline, cancellationToken),
        };
    }

    private async Task<PublishOutcome> PublishClaimedAsync(
        EntityDefinition definition, ReplayRequest request, ReplayRecord record, SliceClaim claim, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        var run = new SliceRun(definition, request, claim, store, sources, writer, options, clock);
        var lastStart = deadline - Min(options.Margin, (deadline - clock.GetUtcNow()) / 4);
        try
        {
            while (true)
            {
                if (!await run.PublishPageAsync(record, cancellationToken))
                {
                    logger.LogWarning("Replay {ReplayId} {Slice}: another invocation has taken over", claim.ReplayId, claim.Part);
                    return BusyUntil(claim.ReplayId, claim.Part, clock.GetUtcNow() + options.Lease);
                }

                if (run.Claim.Done) return new PublishOutcome(claim.ReplayId, claim.Part, PublishOutcome.Done);
                var outcome = PublishOutcome.More;
                if (clock.GetUtcNow() < lastStart)
                {
                    record = await FindAsync(claim.ReplayId, cancellationToken);
                    if (LeftBy(record) is not { } left) continue;
                    outcome = left;
                }

                await store.ReleaseAsync(run.Claim, null, cancellationToken);
                return new PublishOutcome(claim.ReplayId, claim.Part, outcome);
            }
        }
        catch (Exception exception)
        {
            await ReleaseAfterFailureAsync(run.Claim, exception);
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw new TransientException($"Replay '{claim.ReplayId}' {claim.Part}: out of time in the middle of a page; it is published again from its start.", exception);
            }

            throw;
        }
    }

    private async Task<ReplayRecord> FindAsync(string replayId, CancellationToken cancellationToken) =>
        await store.FindAsync(replayId, cancellationToken) ?? throw new InvalidRequestException($"Replay '{replayId}' was removed while it ran.");

    /// <summary>The outcome when a person wants no further page; else null.</summary>
    private static string? LeftBy(ReplayRecord record) => record.Status switch
    {
        ReplayStatus.Paused => PublishOutcome.Paused,
        ReplayStatus.Stopped => PublishOutcome.Stopped,
        _ => null,
    };

    /// <summary>So that the retry need not wait for the lease to end. When this fails too, it waits.</summary>
    private async Task ReleaseAfterFailureAsync(SliceClaim claim, Exception failure)
    {
        try
        {
            var error = $"{claim.Part}: {failure.GetType().Name}: {failure.Message}";
            await store.ReleaseAsync(claim, error.Length <= LongestError ? error : error[..LongestError] + "…", CancellationToken.None);
        }
        catch (EntitySyncException exception)
        {
            logger.LogWarning(exception, "Replay {ReplayId} {Slice} could not be released; the next invocation waits for its lease to end", claim.ReplayId, claim.Part);
        }
    }

    private PublishOutcome BusyUntil(string replayId, string part, DateTimeOffset until) =>
        new(replayId, part, PublishOutcome.Busy, (int)Math.Clamp(Math.Ceiling((until - clock.GetUtcNow()).TotalSeconds), 1, 300));

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
