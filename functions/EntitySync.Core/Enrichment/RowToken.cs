namespace EntitySync.Core.Enrichment;

/// <summary>What a replay demands of one row: to be the changed row of a cause or newer, or (with a replay id) to be read again once for that replay.</summary>
public readonly record struct RowToken(string? ReplayId, long Version, string? Fingerprint)
{
    public static RowToken ForReplay(string replayId) => new(replayId, 0, null);

    public static RowToken ForCause(long version, string? fingerprint) => new(null, version, fingerprint);
}

/// <summary>The tokens one row has met lately, each with the invocation that met it first. An older one that is forgotten costs a read, nothing else.</summary>
internal sealed class TokenLog
{
    private const int Kept = 16;

    private readonly (RowToken Token, long Sequence)[] _seen = new (RowToken, long)[Kept];
    private int _count;

    /// <summary>Sequence of the invocation that met <paramref name="token"/> first; <paramref name="current"/> when this one is it.</summary>
    public long FirstSeen(in RowToken token, long current)
    {
        for (var i = Math.Max(0, _count - Kept); i < _count; i++)
        {
            if (_seen[i % Kept].Token == token) return _seen[i % Kept].Sequence;
        }

        _seen[_count++ % Kept] = (token, current);
        return current;
    }
}
