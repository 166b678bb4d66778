using System.Buffers.Binary;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>What <see cref="RelatedGroups"/> keeps of a join value's rows as a whole. Stored as version, answer bytes, count (little endian).</summary>
/// <param name="Version">Offset of the last record that changed these rows. Not kept without rows: a group that has none, or none left, is answered with -1.</param>
/// <param name="AnswerBytes">Bytes the rows take in an answer, without its head.</param>
/// <param name="Count">Number of rows.</param>
internal readonly record struct GroupHead(long Version, long AnswerBytes, int Count)
{
    private const int StoredBytes = (2 * sizeof(long)) + sizeof(int);

    public static GroupHead Empty { get; } = new(-1, 0, 0);

    public static GroupHead Decode(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(long)..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[(2 * sizeof(long))..]));

    /// <returns>The entry's id in the store.</returns>
    public int Put(IStateStore heads, ReadOnlySpan<byte> joinValue)
    {
        Span<byte> bytes = stackalloc byte[StoredBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(long)..], AnswerBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(2 * sizeof(long))..], Count);
        return heads.Put(joinValue, bytes);
    }
}
