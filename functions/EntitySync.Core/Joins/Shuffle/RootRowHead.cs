using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>Where a row of a rekeyed root stands, before what is kept of it: varint offset, varint origin partition, varint origin offset.</summary>
/// <param name="Offset">Offset of its record in the rekeyed topic: of several rows with one key the one that stands last counts.</param>
/// <param name="OriginPartition">Partition of the root's own topic.</param>
/// <param name="OriginOffset">Offset there.</param>
internal readonly record struct RootRowHead(long Offset, int OriginPartition, long OriginOffset)
{
    public static RootRowHead Of(in RowsRecord row, long offset) => new(offset, row.OriginPartition, row.OriginOffset);

    /// <returns>The head; <paramref name="bytes"/> begin behind it then.</returns>
    public static RootRowHead Read(ref ReadOnlySpan<byte> bytes) => new((long)Varint.Read(ref bytes), (int)Varint.Read(ref bytes), (long)Varint.Read(ref bytes));

    /// <summary>Writes head and what is kept into <paramref name="buffer"/>, cleared first.</summary>
    public void Write(Growable<byte> buffer, ReadOnlySpan<byte> kept)
    {
        buffer.Clear();
        Varint.Write(buffer, (ulong)Offset);
        Varint.Write(buffer, (ulong)OriginPartition);
        Varint.Write(buffer, (ulong)OriginOffset);
        buffer.Append(kept);
    }
}
