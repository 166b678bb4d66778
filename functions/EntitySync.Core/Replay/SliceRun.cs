using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.State;

namespace EntitySync.Core.Replay;

/// <summary>One claimed slice and the pages published from it.</summary>
internal sealed class SliceRun(
    EntityDefinition definition,
    ReplayRequest request,
    SliceClaim claim,
    IReplayStore store,
    IdSources sources,
    ITopicWriter writer,
    ReplayOptions options,
    TimeProvider clock)
{
    private readonly IdQuery _query = claim.Slice.Query(definition, request);
    private readonly IIdSource _source = claim.Slice.ListedIds(request) is { } ids ? new ListedIdSource(ids) : sources.For(definition.Replay!.Ids);
    private readonly ReplayPace _pace = new(clock);
    private readonly ReplayProgress _progress = new(clock);
    private readonly byte[] _message = Message(request);
    private readonly string _topic = definition.ReplayTopic();

    /// <summary>The claim as the last change left it.</summary>
    public SliceClaim Claim { get; private set; } = claim;

    /// <summary>Reads, writes and checkpoints one page; false when the slice was taken over.</summary>
    /// <param name="record">The replay as it was read just before: its bound of the rate counts for this page.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<bool> PublishPageAsync(ReplayRecord record, CancellationToken cancellationToken)
    {
        var readAt = clock.GetUtcNow();
        _pace.PerSecond = ShareOf(record);
        var page = await _source.ReadPageAsync(_query, Claim.Cursor, _pace.PageSize(definition.Replay!.PageSize, options.LongestPage), cancellationToken);
        if (!await WriteAsync(page.Ids, cancellationToken)) return false;

        var total = Claim.Counted ? null : page.Total;
        var (rate, left) = _progress.Read(record, readAt, page.Ids.Count, total);
        var next = await store.TryCheckpointAsync(Claim, new PageCheckpoint(page.NextCursor, page.Ids.Count, total, rate, left), options.Lease, cancellationToken);
        if (next is null) return false;
        Claim = next;
        return true;
    }

    /// <summary>This slice's share of the replay's bound: slices that are done need none of it any more.</summary>
    private double? ShareOf(ReplayRecord record) =>
        (record.RateBound ?? request.RatePerSecond ?? definition.Replay!.RatePerSecond) / (double)Math.Clamp(record.Slices - record.SlicesDone, 1, ReplayOptions.Concurrency);

    private static byte[] Message(ReplayRequest request)
    {
        var message = new ReplayMessage(request.ReplayId!, request.Causes ?? []).ToUtf8();
        return message.Length <= ReplayOptions.MaximumCausesBytes ? message : new ReplayMessage(request.ReplayId!, []).ToUtf8();
    }

    private async Task<bool> WriteAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        for (var written = 0; written < ids.Count;)
        {
            if (!await HoldAsync(cancellationToken)) return false;
            var step = Math.Min(_pace.StepSize, ids.Count - written);
            _pace.LetGo(step);
            await WriteStepAsync(ids.Skip(written).Take(step), cancellationToken);
            written += step;
        }

        return true;
    }

    /// <summary>Waits until the rate allows more, and makes sure that the slice is still ours then.</summary>
    private async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Claim.LeaseUntil - clock.GetUtcNow() < options.Lease / 2)
            {
                if (await store.TryRenewAsync(Claim, options.Lease, cancellationToken) is not { } renewed) return false;
                Claim = renewed;
            }

            if (_pace.Wait is not { Ticks: > 0 } wait) return true;
            await Task.Delay(wait < options.Lease / 3 ? wait : options.Lease / 3, clock, cancellationToken);
        }
    }

    private async Task WriteStepAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        List<OutgoingRecord> records = [.. ids.Select(id => new OutgoingRecord { Topic = _topic, Key = Encoding.UTF8.GetBytes(id), Value = _message })];
        var results = await writer.WriteAsync(records, cancellationToken);
        var refused = results.FirstOrDefault(result => result.Outcome == WriteOutcome.Refused);
        if (refused.Reason is not null || results.Any(result => result.Outcome == WriteOutcome.Refused))
        {
            throw new InvalidRequestException($"Topic '{_topic}' refuses a replay record: {refused.Reason ?? "no reason given"}.");
        }

        var failed = results.Where(result => result.Outcome != WriteOutcome.Written).ToList();
        if (failed.Count > 0)
        {
            throw new TransientException($"{failed.Count} of {results.Count} records were not written to '{_topic}': {failed[0].Reason ?? "no reason given"}.");
        }
    }
}
