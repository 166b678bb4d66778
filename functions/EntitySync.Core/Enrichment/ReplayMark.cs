using System.Text;
using EntitySync.Core.Replay;
using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>A replay message in the form the cache asks for: what it demands of which row. Immutable.</summary>
public sealed class ReplayMark
{
    private readonly RowToken? _everyRow;
    private readonly Dictionary<string, Dictionary<byte[], RowToken>> _causes = new(StringComparer.Ordinal);

    public ReplayMark(ReplayMessage message)
    {
        if (message.Causes.Count == 0) _everyRow = RowToken.ForReplay(message.ReplayId);
        foreach (var causes in message.Causes.GroupBy(cause => (cause.Table, cause.Key)))
        {
            // Several changes of one row: which is the newest cannot be told from versions alone (rows edited by hand keep theirs), so it is read again.
            var token = causes.Count() == 1 ? RowToken.ForCause(causes.First().Version, causes.First().Fingerprint) : RowToken.ForReplay(message.ReplayId);
            if (!_causes.TryGetValue(causes.Key.Table, out var rows)) _causes[causes.Key.Table] = rows = new Dictionary<byte[], RowToken>(ByteKeyComparer.Instance);
            rows[Encoding.UTF8.GetBytes(causes.Key.Key)] = token;
        }
    }

    /// <summary>Null when <paramref name="header"/> is not a replay message.</summary>
    public static ReplayMark? TryParse(ReadOnlySpan<byte> header) =>
        ReplayMessage.TryParse(header) is { } message ? new ReplayMark(message) : null;

    /// <summary>Null when the replay has nothing to do with this row.</summary>
    public RowToken? Demand(string table, ReadOnlySpan<byte> key) =>
        _causes.TryGetValue(table, out var rows) && rows.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var token) ? token : _everyRow;
}
