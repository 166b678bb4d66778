using EntitySync.Core.Hooks;

namespace EntitySync.Core.Enrichment;

/// <summary>A match value of a root: a slice of the root's bytes, or of <see cref="EnrichmentBuffer.Unescaped"/> when it had escapes or is composed.</summary>
internal readonly record struct MatchKey(int Relation, int Start, int Length, bool Unescaped);

/// <summary>A top-level property of the root that the definition may overwrite. All places are bytes from the root's start.</summary>
/// <param name="Target">Index of the target field.</param>
/// <param name="Ordinal">How many properties stand before it.</param>
/// <param name="PreviousEnd">Where the value before it (or the opening brace) ends.</param>
/// <param name="NameStart">Where its name starts.</param>
/// <param name="ValueStart">Where its value starts.</param>
/// <param name="ValueEnd">Where its value ends.</param>
internal record struct TargetMember(int Target, int Ordinal, int PreviousEnd, int NameStart, int ValueStart, int ValueEnd)
{
    /// <summary>Where the next property's name starts; -1 for the last property.</summary>
    public int NextName { get; set; } = -1;
}

/// <summary>What stage 1 found in one root; its lists lie in the <see cref="EnrichmentBuffer"/> it was scanned into.</summary>
public readonly record struct RootScan
{
    internal int FirstKey { get; init; }

    /// <summary>Distinct match keys over all relations.</summary>
    public int KeyCount { get; init; }

    internal int FirstMember { get; init; }

    internal int MemberCount { get; init; }

    internal int PropertyCount { get; init; }

    /// <summary>Where the last property (or, without properties, the opening brace) ends.</summary>
    internal int LastEnd { get; init; }
}

/// <summary>
/// Room for the scans and outputs of many roots, reused from chunk to chunk so that a record allocates nothing. Not thread-safe.
/// </summary>
public sealed class EnrichmentBuffer
{
    internal Growable<MatchKey> Keys { get; } = new();

    /// <summary>The row of each match key, at the key's own index; null for a row that does not exist.</summary>
    internal Growable<PreparedRow?> Rows { get; } = new();

    internal Growable<TargetMember> Members { get; } = new();

    /// <summary>Texts that do not stand in the root as they are: unescaped ones, and composed keys.</summary>
    internal Growable<byte> Unescaped { get; } = new();

    internal CapturedValues Captured { get; } = new();

    internal Growable<PreparedRow?> Chosen { get; } = new();

    /// <summary>The rows that relations with <c>many</c> embed, in their order, relation by relation.</summary>
    internal Growable<PreparedRow> Listed { get; } = new();

    /// <summary>Where each relation's rows end in <see cref="Listed"/>.</summary>
    internal Growable<int> ListEnds { get; } = new();

    internal Growable<byte> Output { get; } = new();

    internal Growable<EnrichItem> Items { get; } = new();

    internal HookOutput HookOutput { get; } = new();

    /// <summary>Bytes of output so far; the next document starts here.</summary>
    public int OutputLength => Output.Count;

    /// <summary>Valid until the buffer grows or is cleared: take it when all documents of the chunk are written.</summary>
    public ReadOnlyMemory<byte> OutputSlice(int start, int length) => Output.Memory.Slice(start, length);

    /// <summary>Bytes this buffer holds on to.</summary>
    public long Capacity => Output.Capacity + HookOutput.Capacity + Unescaped.Capacity + Captured.Capacity + (8L * (Rows.Capacity + Chosen.Capacity + Listed.Capacity)) + (32L * (Keys.Capacity + Members.Capacity)) + (96L * Items.Capacity);

    /// <summary>Key <paramref name="index"/> of a scan: its relation and its text (UTF-8).</summary>
    public ReadOnlySpan<byte> KeyAt(in RootScan scan, int index, ReadOnlySpan<byte> root, out int relation)
    {
        ref readonly var key = ref Keys[scan.FirstKey + index];
        relation = key.Relation;
        return Text(key, root);
    }

    public void SetRow(in RootScan scan, int index, PreparedRow? row) => Rows[scan.FirstKey + index] = row;

    public void Clear()
    {
        Keys.Clear();
        Rows.Clear();
        Members.Clear();
        Unescaped.Clear();
        Output.Clear();
        Items.Clear();
    }

    internal ReadOnlySpan<PreparedRow> ListOf(int relation) => Listed.Span[(relation == 0 ? 0 : ListEnds[relation - 1])..ListEnds[relation]];

    internal ReadOnlySpan<byte> Text(scoped in MatchKey key, ReadOnlySpan<byte> root) => (key.Unescaped ? Unescaped.Span : root).Slice(key.Start, key.Length);
}
