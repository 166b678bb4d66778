using System.Text;
using EntitySync.Core.Errors;
using EntitySync.Core.State;

namespace EntitySync.Local.Demo;

/// <summary>
/// Passes records on, and once, when armed, fails in the middle of a page of replay records: half of them are written, then the
/// invocation dies before its checkpoint, as a crashed Lambda would leave things.
/// </summary>
public sealed class CrashOnce(string replayTopic) : ITopicWriter
{
    private readonly Lock _gate = new();
    private int _pagesBefore = -1;

    /// <summary>Ids whose records were written in the page that failed.</summary>
    public IReadOnlyList<string> InFlight { get; private set; } = [];

    public ITopicWriter? Inner { get; set; }

    /// <summary>The page after the next <paramref name="pages"/> fails.</summary>
    public void ArmAfter(int pages)
    {
        lock (_gate) _pagesBefore = pages;
    }

    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        if (!TakeCrash(records)) return await Inner!.WriteAsync(records, cancellationToken);
        var half = records.Take((records.Count + 1) / 2).ToList();
        await Inner!.WriteAsync(half, cancellationToken);
        InFlight = [.. half.Select(record => Encoding.UTF8.GetString(record.Key!.Value.Span))];
        throw new TransientException($"Injected by the demo: the function fails after {half.Count} of {records.Count} ids of a page.");
    }

    private bool TakeCrash(IReadOnlyList<OutgoingRecord> records)
    {
        if (records.Count == 0 || records[0].Topic != replayTopic) return false;
        lock (_gate) return _pagesBefore >= 0 && _pagesBefore-- == 0;
    }
}
