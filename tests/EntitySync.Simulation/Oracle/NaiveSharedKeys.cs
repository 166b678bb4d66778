using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Simulation.Checks;
using EntitySync.Simulation.Log;

namespace EntitySync.Simulation.Oracle;

/// <summary>A record of a rekeyed root, taken apart.</summary>
/// <param name="Entity">The entity's key.</param>
/// <param name="Row">The row's own key.</param>
/// <param name="Origin">Where the row stands in the root's own topic; of a tombstone, where that stands.</param>
/// <param name="Document">Null for a tombstone.</param>
public sealed record RekeyedRow(string Entity, string Row, Position Origin, JsonObject? Document)
{
    /// <summary>As documented: one byte length (keys and positions are short here) and the join value, the row's key; one byte format, partition, offset, the row.</summary>
    public static RekeyedRow Read(StoredRecord record, string rootTopic)
    {
        var length = record.Key![0];
        var (entity, row) = (Encoding.UTF8.GetString(record.Key.AsSpan(1, length)), Encoding.UTF8.GetString(record.Key.AsSpan(1 + length)));
        if (record.Value is not { } value) return new RekeyedRow(entity, row, record.Position, null);
        var (at, offset) = (2, value[2] & 0x7FL);
        for (; value[at] >= 0x80; at++) offset |= (value[at + 1] & 0x7FL) << (7 * (at - 1));
        return new RekeyedRow(entity, row, new Position(rootTopic, value[1], offset), NaiveJoin.Parse(value[(at + 1)..]));
    }
}

/// <summary>Which row each entity of a rekeyed root is made of, record by record: the one whose record stands last of those that have the entity's key. A row that cannot be joined leaves the one before in its place.</summary>
public sealed class NaiveSharedKeys(EntityDefinition definition)
{
    private readonly Dictionary<string, List<RekeyedRow>> _rows = new(StringComparer.Ordinal);

    /// <returns>The entity, and what it is made of from then on; null when the record changes nothing.</returns>
    public (string Entity, Checks.Version Now)? Take(StoredRecord record)
    {
        var taken = RekeyedRow.Read(record, definition.Root.Topic);
        if (!_rows.TryGetValue(taken.Entity, out var rows)) rows = _rows[taken.Entity] = [];
        var last = rows.LastOrDefault();
        var held = rows.Find(row => row.Row == taken.Row);
        if (held is not null && taken.Document is not null && held.Origin.Partition == taken.Origin.Partition && held.Origin.Offset >= taken.Origin.Offset) return null;
        if (taken.Document is not null && !NaiveJoin.IsJoinable(definition, taken.Document)) return null;
        if (held is not null) rows.Remove(held);
        if (taken.Document is not null) rows.Add(taken);
        else if (last is not null && last.Row != taken.Row) return null;
        var now = rows.LastOrDefault();
        return (taken.Entity, new Checks.Version(record.Tick, record.Position.Offset, now?.Document) { Origin = (now ?? taken).Origin });
    }
}
