using System.Buffers.Binary;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// What a task keeps of an entity, as bytes in the state store:
/// <list type="bullet">
/// <item>8 bytes: hash of the last output, little endian; 0 when it is not known.</item>
/// <item>1 byte: 1 when the row's own update is not emitted yet because it waits for answers.</item>
/// <item>1 byte for each relation that picks: which of its values won, counted from 0; <see cref="NoWinner"/>, or <see cref="UnknownWinner"/>.</item>
/// <item>varint offset of the root record; topic and partition are the task's own.</item>
/// <item>varint end of the last property, or 0 when the document has properties that a relation overwrites and must be scanned again.</item>
/// <item>for each relation: varint count, then its value ids as varints, in the document's order.</item>
/// <item>the root document as it came.</item>
/// </list>
/// </summary>
internal readonly ref struct EntityRow
{
    public const byte NoWinner = 255;
    public const byte UnknownWinner = 254;
    private const int FlagsAt = 8;
    private const int WinnersAt = 9;

    private readonly ReadOnlySpan<byte> _links;

    public EntityRow(ReadOnlySpan<byte> bytes, int winners)
    {
        OutputHash = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        IsOwed = bytes[FlagsAt] != 0;
        Winners = bytes.Slice(WinnersAt, winners);
        var rest = bytes[(WinnersAt + winners)..];
        Offset = (long)Varint.Read(ref rest);
        LastEnd = (int)Varint.Read(ref rest);
        _links = rest;
    }

    public ulong OutputHash { get; }

    public bool IsOwed { get; }

    public ReadOnlySpan<byte> Winners { get; }

    public long Offset { get; }

    public int LastEnd { get; }

    /// <summary>Reads the value ids and returns the document behind them.</summary>
    public ReadOnlySpan<byte> Read(EntityLinks links)
    {
        var rest = _links;
        links.Clear();
        for (var relation = 0; relation < links.Relations; relation++)
        {
            for (var count = (int)Varint.Read(ref rest); count > 0; count--) links.Add((int)Varint.Read(ref rest));
            links.EndRelation();
        }

        return rest;
    }

    /// <summary>Writes a row into <paramref name="buffer"/>, cleared first.</summary>
    public static void Write(Growable<byte> buffer, ulong outputHash, int winners, long offset, int lastEnd, EntityLinks links, ReadOnlySpan<byte> root)
    {
        buffer.Clear();
        var head = buffer.Reserve(WinnersAt + winners);
        BinaryPrimitives.WriteUInt64LittleEndian(head, outputHash);
        head[FlagsAt] = 0;
        head.Slice(WinnersAt, winners).Fill(UnknownWinner);
        buffer.Advance(WinnersAt + winners);
        Varint.Write(buffer, (ulong)offset);
        Varint.Write(buffer, (ulong)lastEnd);
        for (var relation = 0; relation < links.Relations; relation++)
        {
            var values = links.Of(relation);
            Varint.Write(buffer, (ulong)values.Length);
            foreach (var value in values) Varint.Write(buffer, (ulong)value);
        }

        buffer.Append(root);
    }

    public static void SetOutputHash(Span<byte> bytes, ulong hash) => BinaryPrimitives.WriteUInt64LittleEndian(bytes, hash);

    public static void SetOwed(Span<byte> bytes, bool isOwed) => bytes[FlagsAt] = isOwed ? (byte)1 : (byte)0;

    public static void SetWinner(Span<byte> bytes, int index, byte winner) => bytes[WinnersAt + index] = winner;
}

/// <summary>Value ids of one entity, relation by relation. Reused.</summary>
internal sealed class EntityLinks(int relations)
{
    private readonly Growable<int> _ids = new();
    private readonly int[] _ends = new int[relations];
    private int _ended;

    public int Relations => relations;

    public int Count => _ids.Count;

    public void Clear()
    {
        _ids.Clear();
        _ended = 0;
    }

    public void Add(int value) => _ids.Add(value);

    public void EndRelation() => _ends[_ended++] = _ids.Count;

    /// <summary>Empty before anything is read.</summary>
    public ReadOnlySpan<int> Of(int relation) => relation >= _ended ? [] : _ids.Span[(relation == 0 ? 0 : _ends[relation - 1]).._ends[relation]];
}
