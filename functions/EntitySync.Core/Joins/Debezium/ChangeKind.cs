namespace EntitySync.Core.Joins.Debezium;

/// <summary>What a record of a topic means for the table behind it.</summary>
public enum ChangeKind
{
    /// <summary>The row is there, with this content.</summary>
    Upsert,

    /// <summary>The row is gone.</summary>
    Delete,

    /// <summary>All rows are gone.</summary>
    Truncate,

    /// <summary>No change of a row: a heartbeat, a change of the schema, the begin or end of a transaction, a logical message.</summary>
    Ignore,

    /// <summary>Says again what the record before it said: the tombstone after a delete.</summary>
    Repeat,

    /// <summary>Cannot be used; the reason goes with it.</summary>
    Bad,
}
