using EntitySync.Core.Messages;

namespace EntitySync.Core.ReadModels.Reading;

/// <summary>An event of a batch that fits a rule.</summary>
internal struct RowEvent
{
    public MessageReference Reference;

    /// <summary>Rank of the topic.</summary>
    public int Topic;

    public int Partition;

    public long Offset;

    /// <summary>Milliseconds since 1970.</summary>
    public long Time;

    /// <summary>Hash of its id; 0 when the topic has none.</summary>
    public UInt128 Id;

    /// <summary>True when the row is deleted.</summary>
    public bool Deletes;

    /// <summary>True when the row exists by it.</summary>
    public bool Exists;

    /// <summary>Its changes among those of the batch.</summary>
    public int FirstChange;

    public int Changes;

    /// <summary>The row's next event; -1 for the last.</summary>
    public int Next;
}
