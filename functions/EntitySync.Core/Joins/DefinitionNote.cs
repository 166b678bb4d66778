using System.Buffers.Binary;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;

namespace EntitySync.Core.Joins;

/// <summary>
/// The definition that a root task ran with last, as its note in the progress topic has it. Value: format 2, 8 bytes fingerprint (little endian), the shape as
/// UTF-8. Format 1 has no shape.
/// </summary>
/// <param name="Fingerprint">See <see cref="DefinitionFingerprint"/>; <see cref="Unfinished"/> while a nested join makes its rows anew.</param>
/// <param name="Shape"><see cref="StateShape"/> of the entity as a whole, nested relations included; null when it is not noted.</param>
internal readonly record struct DefinitionNote(ulong Fingerprint, string? Shape)
{
    public const byte Kind = (byte)'D';

    /// <summary>No definition's fingerprint: some rows are of this definition, some of the one before.</summary>
    public const ulong Unfinished = 0;

    /// <summary>A longer shape, that of thousands of relations, is not noted: notes go into transactions with everything else.</summary>
    public const int MaximumShapeBytes = 256 * 1024;

    private const byte FirstFormat = 1;
    private const byte Format = 2;

    /// <summary>What the tasks of a node note now.</summary>
    public static DefinitionNote Of(JoinTopology topology, JoinNode node)
    {
        var shape = StateShape.Of(topology.Definition);
        return new DefinitionNote(DefinitionFingerprint.Of(node.Definition), Encoding.UTF8.GetByteCount(shape) <= MaximumShapeBytes ? shape : null);
    }

    /// <exception cref="Errors.InvalidRequestException">The value cannot be read.</exception>
    public static DefinitionNote Read(RecordReader value)
    {
        var format = value.Byte();
        if (format != FirstFormat) value.ExpectFormat(format, Format);
        var fingerprint = (ulong)value.Int64();
        if (format == FirstFormat) value.ExpectEnd();
        return new DefinitionNote(fingerprint, value.IsAtEnd ? null : Encoding.UTF8.GetString(value.Rest()));
    }

    public void Write(Growable<byte> value)
    {
        value.Add(Format);
        BinaryPrimitives.WriteUInt64LittleEndian(value.Reserve(sizeof(ulong)), Fingerprint);
        value.Advance(sizeof(ulong));
        if (Shape is not null) value.Append(Encoding.UTF8.GetBytes(Shape));
    }
}
