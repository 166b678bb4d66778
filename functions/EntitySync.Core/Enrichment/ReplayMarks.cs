using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>Replay messages by the bytes of their header: thousands of records of a replay carry the same ones. Of one invocation, bounded.</summary>
internal sealed class ReplayMarks
{
    private const int Kept = 256;

    private readonly Dictionary<byte[], ReplayMark?> _byHeader = new(ByteKeyComparer.Instance);

    /// <summary>Null when <paramref name="header"/> is not a replay message.</summary>
    public ReplayMark? Of(ReadOnlySpan<byte> header)
    {
        var lookup = _byHeader.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(header, out var mark)) return mark;
        if (_byHeader.Count >= Kept) _byHeader.Clear();
        return lookup[header] = ReplayMark.TryParse(header);
    }
}
