using System.Runtime.InteropServices;

namespace EntitySync.Core.Joins;

/// <summary>Visits the entities of changed values in small turns, so that whoever calls it can do something else in between.</summary>
internal sealed class Fanout(EntityTable entities, FanoutCursors cursors, Resolve resolve)
{
    private const int TurnEntities = 256;
    private const int TurnBytes = 512 * 1024;

    private readonly List<int> _members = [];

    /// <summary>Visits some <paramref name="limit"/> entities, or fewer when large documents fill the step.</summary>
    public int Step(int limit)
    {
        var visited = 0;
        var bytes = 0;
        while (visited < limit && bytes < TurnBytes && cursors.NextTurn() is { } cursor) visited += Turn(cursor, Math.Min(limit - visited, TurnEntities), ref bytes);
        return visited;
    }

    private int Turn(FanoutCursor cursor, int limit, ref int bytes)
    {
        entities.Relations[cursor.Relation].Members.Read(cursor.Value, cursor.Next, limit, _members, out var next);
        entities.Rows.ReadAhead(CollectionsMarshal.AsSpan(_members));
        var visited = 0;
        foreach (var member in _members)
        {
            if (EndsBefore(cursor, member, visited, bytes) is { } end)
            {
                next = end;
                break;
            }

            bytes += resolve.Visit(member, cursor.Relation, cursor.Value);
            visited++;
        }

        cursor.Done += visited;
        Move(cursor, next);
        return visited;
    }

    // Entities of equal order are visited in one turn: the cursor cannot stand between them.
    private uint? EndsBefore(FanoutCursor cursor, int member, int visited, int bytes)
    {
        if (!cursor.IsWrapped && bytes < TurnBytes) return null;
        var order = entities.Rows.OrderOf(member);
        if (cursor.IsWrapped && order >= cursor.End) return order;
        return bytes >= TurnBytes && visited > 0 && order != entities.Rows.OrderOf(_members[visited - 1]) ? order : null;
    }

    private void Move(FanoutCursor cursor, uint? next)
    {
        var isThrough = cursor.IsWrapped ? next is null || next >= cursor.End : next is null && cursor.End == 0;
        if (isThrough)
        {
            cursors.Cancel(cursor.Relation, cursor.Value);
            return;
        }

        cursor.IsWrapped |= next is null;
        cursor.Next = next ?? 0;
        cursors.OnDirty?.Invoke(cursor);
    }
}
