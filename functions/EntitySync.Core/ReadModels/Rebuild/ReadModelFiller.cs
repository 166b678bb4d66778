using System.Text.Json.Serialization;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.Topics;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>One partition that is to be filled.</summary>
/// <param name="ReadModel">The read model.</param>
/// <param name="Version">The version that is built.</param>
/// <param name="Slice">The partition, e.g. <c>order-events-3</c>.</param>
/// <param name="MaximumLag">It is caught up when no more events than this are left.</param>
/// <param name="AllowTruncated">True to pass over events that retention has removed meanwhile.</param>
public sealed record FillRequest(
    [property: JsonPropertyName("readModel")] string ReadModel,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("slice")] string Slice,
    [property: JsonPropertyName("maximumLag")] long MaximumLag,
    [property: JsonPropertyName("allowTruncated")] bool AllowTruncated);

/// <summary>How an invocation ended, for the state machine's choice.</summary>
/// <param name="Slice">The partition.</param>
/// <param name="Outcome"><c>DONE</c>: it is caught up. <c>MORE</c>: call again.</param>
/// <param name="Events">Events applied so far, over all invocations.</param>
/// <param name="Left">Offsets left to the partition's end.</param>
public sealed record FillOutcome(
    [property: JsonPropertyName("slice")] string Slice,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("events")] long Events,
    [property: JsonPropertyName("left")] long Left)
{
    public const string Done = "DONE";
    public const string More = "MORE";
}

/// <summary>
/// Fills a version from one partition until it is caught up or time runs short. A page is read, its rows are written, the checkpoint moves: a crash anywhere reads at most
/// that page again, and rows know what they have. Nothing is dead-lettered and no outputs are written: whatever is wrong with an event was said when it came.
/// </summary>
public sealed class ReadModelFiller(
    ReadModelCatalog catalog,
    IReadModelRegistry registry,
    CompiledReadModels models,
    ITopicReader reader,
    RowWriter writer,
    RebuildOptions options,
    TimeProvider clock,
    ILogger<ReadModelFiller> logger)
{
    /// <param name="request">What to fill.</param>
    /// <param name="deadline">When the invocation is ended from outside.</param>
    /// <param name="cancellationToken">Ends the call; the checkpoint stands.</param>
    /// <exception cref="TransientException">Topic, table or registry failed; the checkpoint stands, call again.</exception>
    /// <exception cref="InvalidRequestException">The version is no longer built, or events were removed before they were read.</exception>
    public async Task<FillOutcome> FillAsync(FillRequest request, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        if (!catalog.TryGet(request.ReadModel, out var deployed)) throw new InvalidRequestException(catalog.DescribeUnknown(request.ReadModel));
        var id = new ReadModelVersionId(request.ReadModel, request.Version);
        var state = await registry.GetAsync(request.ReadModel, cancellationToken);
        if (state?.Live == request.Version) return new FillOutcome(request.Slice, FillOutcome.Done, 0, 0); // another execution of this rebuild was quicker
        if (state?.Building != request.Version) throw GivenUp(id, state);
        var checkpoint = (await registry.GetCheckpointsAsync(id, cancellationToken)).FirstOrDefault(each => each.Slice == request.Slice)
            ?? throw new InvalidRequestException($"{id} has no partition '{request.Slice}' to fill.");
        var lastStart = deadline - Min(options.Margin, (deadline - clock.GetUtcNow()) / 4);
        var run = new Run(id, models.Of(deployed, state.Version(request.Version)!), request, () => clock.GetUtcNow() < lastStart);
        try
        {
            return await FillAsync(run, checkpoint, cancellationToken);
        }
        catch (EntitySyncException exception)
        {
            await NoteAsync(request, exception, cancellationToken);
            throw;
        }
        catch (VersionGoneException exception)
        {
            state = await registry.GetAsync(request.ReadModel, cancellationToken);
            // A table that has just been made may not be found by every node of DynamoDB yet.
            throw state?.Building == request.Version ? new TransientException(exception.Message, exception) : GivenUp(id, state);
        }
    }

    /// <summary>A distributed map tells that a partition failed, not why; so it is written down here. The switch clears it.</summary>
    private async Task NoteAsync(FillRequest request, EntitySyncException failure, CancellationToken cancellationToken)
    {
        try
        {
            var error = $"{request.Slice}: {failure.GetType().Name}: {failure.Message}";
            await registry.ChangeAsync(request.ReadModel, held => held?.Building == request.Version && held.LastError != error ? held with { LastError = error } : held, cancellationToken);
        }
        catch (EntitySyncException exception)
        {
            logger.LogWarning(exception, "{ReadModel} v{Version} {Slice}: the failure could not be noted", request.ReadModel, request.Version, request.Slice);
        }
    }

    private async Task<FillOutcome> FillAsync(Run run, FillCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        while (true)
        {
            var range = await RangeAsync(run, checkpoint, cancellationToken);
            while (checkpoint.Next < range.End)
            {
                if (IsCaughtUp(run, checkpoint, range)) break;
                if (!run.HasTime()) return new FillOutcome(checkpoint.Slice, FillOutcome.More, checkpoint.Events, range.End - checkpoint.Next);
                checkpoint = await PageAsync(run, checkpoint, range, cancellationToken);
            }

            // While this was read, more may have come.
            range = await RangeAsync(run, checkpoint, cancellationToken);
            if (!IsCaughtUp(run, checkpoint, range)) continue;
            await registry.SaveCheckpointAsync(run.Version, checkpoint with { IsCaughtUp = true }, cancellationToken);
            logger.LogInformation("{Version} {Slice} is caught up after {Events} events, {Left} offsets are left to live events", run.Version, checkpoint.Slice, checkpoint.Events, range.End - checkpoint.Next);
            return new FillOutcome(checkpoint.Slice, FillOutcome.Done, checkpoint.Events, range.End - checkpoint.Next);
        }
    }

    private static bool IsCaughtUp(Run run, FillCheckpoint checkpoint, PartitionRange range) => checkpoint.Next >= checkpoint.End && range.End - checkpoint.Next <= run.Request.MaximumLag;

    /// <summary>Reads and writes one page, and moves the checkpoint to the first event that must come again.</summary>
    private async Task<FillCheckpoint> PageAsync(Run run, FillCheckpoint checkpoint, PartitionRange range, CancellationToken cancellationToken)
    {
        var page = await reader.ReadAsync(new ReadRequest(checkpoint.Topic, checkpoint.Partition, checkpoint.Next, range.End, options.PageRecords, options.PageBytes), cancellationToken);
        var partition = new PartitionRecords(checkpoint.Topic, checkpoint.Partition, page.Records);
        var result = await writer.ApplyAsync(run.Version, run.Model, [partition], EventOrigin.Fill, run.HasTime, cancellationToken);
        foreach (var bad in result.Bad) logger.LogDebug("{Version} passes over {Position}: {Reason}", run.Version, bad.Reference.Position, bad.Reason);

        var again = MessageReference.FirstOfEach(result.Failed);
        var next = again.Count == 0 ? page.Next : again[0].Offset;
        var applied = result.Counts.Events - result.Counts.Duplicates - result.Bad.Count - result.Failed.Count;
        var moved = checkpoint with { Next = next, Events = checkpoint.Events + Math.Max(0, applied) };
        if (moved != checkpoint) await registry.SaveCheckpointAsync(run.Version, moved, cancellationToken);
        if (again.Count > 0 && run.HasTime())
            throw new TransientException($"{result.Counts.Failed} of {result.Counts.Rows} rows of {run.Version} could not be written now, from {again[0]} on.");
        return moved;
    }

    private async Task<PartitionRange> RangeAsync(Run run, FillCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var ranges = await reader.RangesAsync(checkpoint.Topic, cancellationToken);
        var found = ranges.Where(range => range.Partition == checkpoint.Partition).Select(range => (PartitionRange?)range).FirstOrDefault();
        if (found is not { } range || range.End < checkpoint.Next)
            throw new InvalidRequestException($"Topic '{checkpoint.Topic}' was made anew while {run.Version} was filled from it: {checkpoint.Slice} ends before offset {checkpoint.Next}.");
        if (!run.Request.AllowTruncated && TopicRanges.IsTruncated(range, checkpoint))
            throw new InvalidRequestException($"Retention has removed events of {checkpoint.Slice} before they were read: from offset {checkpoint.Next} to {range.First - 1}. Rows would lack what they brought.");
        return range;
    }

    private static InvalidRequestException GivenUp(ReadModelVersionId id, ReadModelState? state)
    {
        var newer = state?.Building ?? state?.LastNumber;
        return new InvalidRequestException($"{id} is no longer being built{(newer > id.Number ? $": version {newer} is, of another definition or begun anew" : "")}.");
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private sealed record Run(ReadModelVersionId Version, CompiledReadModel Model, FillRequest Request, Func<bool> HasTime);
}
