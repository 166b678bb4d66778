using EntitySync.Core.Messages;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>What a fact says of its field.</summary>
internal enum FactKind : byte
{
    /// <summary>The field has <see cref="Fact.Value"/>; of a list: one of its elements.</summary>
    Value,

    /// <summary>The field was removed.</summary>
    Removed,

    /// <summary>A deletion of another lane took the value, for good; the fact keeps its place, so that what counts is still a matter of all events and not of their order.</summary>
    Cleared,

    /// <summary>The field has been in <see cref="Fact.State"/>.</summary>
    State,

    /// <summary><see cref="Fact.Amount"/> was added.</summary>
    Amount,
}

/// <summary>What one event of a lane says of one field.</summary>
internal struct Fact
{
    /// <summary>Of the event.</summary>
    public long Offset;

    /// <summary>Of the event, milliseconds since 1970.</summary>
    public long Time;

    /// <summary>JSON text.</summary>
    public ReadOnlyMemory<byte> Value;

    public AmountSum Amount;

    /// <summary>Index of the field in the model.</summary>
    public int Field;

    /// <summary>Index of the state in the field's order.</summary>
    public int State;

    /// <summary>Of increments and elements: hash of the event's id; 0 without one, and of increments that were added up.</summary>
    public UInt128 Id;

    public FactKind Kind;
}

/// <summary>The facts of a row cannot be read: they were damaged, or written by a newer version of this code.</summary>
internal sealed class DamagedRowException(string message, Exception? inner = null) : Exception(message, inner);
