using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>Stage 2: chooses the related rows and writes the root's bytes with the target fields put in.</summary>
internal readonly ref struct RootSplicer(EnricherPlan plan, ReadOnlySpan<byte> root, RootScan scan, EnrichmentBuffer buffer)
{
    private enum Write { Keep, Remove, Constant, Value }

    private const int KeysInReason = 10;

    private readonly EnricherPlan _plan = plan;
    private readonly ReadOnlySpan<byte> _root = root;
    private readonly RootScan _scan = scan;
    private readonly EnrichmentBuffer _buffer = buffer;

    private ReadOnlySpan<MatchKey> Keys => _buffer.Keys.Span.Slice(_scan.FirstKey, _scan.KeyCount);

    private ReadOnlySpan<PreparedRow?> Rows => _buffer.Rows.Span.Slice(_scan.FirstKey, _scan.KeyCount);

    public EnrichmentOutcome Splice()
    {
        if (FindUnusable() is { } unusable) return EnrichmentOutcome.Rejected(unusable);
        if (_plan.HasComplete && !IsComplete()) return EnrichmentOutcome.Dropped;
        _buffer.Chosen.Clear();
        _buffer.Listed.Clear();
        _buffer.ListEnds.Clear();
        foreach (var relation in _plan.Relations)
        {
            var several = false;
            var row = relation.Definition.Many ? List(relation) : Choose(relation, ref several);
            if (several) return EnrichmentOutcome.Rejected($"relation '{relation.Name}' finds more than one row in '{relation.Table}' and does not pick: {KeyList(relation)}");
            if (row is null && relation.Definition.Missing.Action == MissingAction.Drop) return EnrichmentOutcome.Dropped;
            if (row is null && relation.Definition.Missing.Action == MissingAction.Reject) return EnrichmentOutcome.Rejected(MissingReason(relation));
            _buffer.Chosen.Add(row);
            _buffer.ListEnds.Add(_buffer.Listed.Count);
        }

        if (OutputBytes() is var bytes && bytes > _plan.Limits.MaximumOutputBytes)
        {
            return EnrichmentOutcome.Rejected($"the output would have some {bytes} bytes, more than {_plan.Limits.MaximumOutputBytes}");
        }

        WriteDocument();
        return EnrichmentOutcome.Emitted;
    }

    private string? FindUnusable()
    {
        var rows = Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            for (var row = rows[i]; row is not null; row = row.Next)
            {
                if (row.Problem is not { } problem) continue;
                var relation = _plan.Relations[Keys[i].Relation];
                return $"relation '{relation.Name}': row {Reasons.Quote(row.Key)} of '{relation.Table}' cannot be used: {problem}";
            }
        }

        return null;
    }

    private bool IsComplete()
    {
        var rows = Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            if (_plan.Relations[Keys[i].Relation].IsComplete && !HasCandidate(rows[i])) return false;
        }

        return true;
    }

    private static bool HasCandidate(PreparedRow? row)
    {
        while (row is { IsCandidate: false }) row = row.Next;
        return row is not null;
    }

    // Without names and commas. Thousands of rows embedded in one root are more than memory has room for.
    private long OutputBytes()
    {
        var bytes = (long)_root.Length;
        foreach (var target in _plan.Targets)
        {
            if (target.Value < 0 || _buffer.Chosen[target.Relation] is not { } chosen) continue;
            if (!_plan.Relations[target.Relation].Definition.Many) bytes += chosen.Values[target.Value].Length;
            else foreach (var row in _buffer.ListOf(target.Relation)) bytes += row.Values[target.Value].Length;
        }

        return bytes;
    }

    /// <summary>Lists the rows of a relation with <c>many</c>; returns the first.</summary>
    private PreparedRow? List(CompiledRelation relation)
    {
        var listed = _buffer.Listed;
        var start = listed.Count;
        var keys = Keys;
        var rows = Rows;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].Relation != relation.Index) continue;
            for (var row = rows[i]; row is not null; row = row.Next)
            {
                if (!row.IsCandidate) continue;
                if (relation.Arrangement is { } arrangement) arrangement.Add(listed, start, row);
                else listed.Add(row);
            }
        }

        relation.Arrangement?.Finish(listed, start);
        return listed.Count > start ? listed[start] : null;
    }

    private PreparedRow? Choose(CompiledRelation relation, ref bool several)
    {
        PreparedRow? best = null;
        var keys = Keys;
        var rows = Rows;
        var pick = relation.Definition.Pick;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].Relation != relation.Index) continue;
            for (var row = rows[i]; row is not null; row = row.Next)
            {
                if (!row.IsCandidate) continue;
                if (best is null) best = row;
                else if (pick is not null) best = Better(best, row, pick.Order);
                else several = true;
            }
        }

        return best;
    }

    /// <summary>The one of two rows that wins the pick; both have its field.</summary>
    internal static PreparedRow Better(PreparedRow best, PreparedRow row, PickOrder order)
    {
        if (order == PickOrder.First) return best;
        var compared = row.Pick!.CompareTo(best.Pick!) * (order == PickOrder.Min ? 1 : -1);
        return compared < 0 || (compared == 0 && row.Key.AsSpan().SequenceCompareTo(best.Key) < 0) ? row : best;
    }

    private void WriteDocument()
    {
        var output = _buffer.Output;
        output.Reserve(_root.Length + 256);
        Span<bool> present = stackalloc bool[_plan.Targets.Length];
        present.Clear();
        var copied = 0;
        var removed = 0;
        foreach (ref readonly var member in _buffer.Members.Span.Slice(_scan.FirstMember, _scan.MemberCount))
        {
            present[member.Target] = true;
            var write = WriteOf(_plan.Targets[member.Target]);
            if (write == Write.Keep) continue;
            if (write == Write.Remove)
            {
                // The comma goes with the removed property: the one before it, or, while nothing is kept yet, the one after it.
                var isFront = removed++ == member.Ordinal;
                output.Append(_root[copied..(isFront ? member.NameStart : member.PreviousEnd)]);
                copied = isFront && member.NextName >= 0 ? member.NextName : member.ValueEnd;
                continue;
            }

            output.Append(_root[copied..member.ValueStart]);
            WriteValue(_plan.Targets[member.Target], write);
            copied = member.ValueEnd;
        }

        output.Append(_root[copied.._scan.LastEnd]);
        AppendNew(present, _scan.PropertyCount > removed);
        output.Append(_root[_scan.LastEnd..]);
    }

    private void AppendNew(ReadOnlySpan<bool> present, bool needsComma)
    {
        for (var i = 0; i < present.Length; i++)
        {
            var target = _plan.Targets[i];
            var write = WriteOf(target);
            if (present[i] || write is Write.Keep or Write.Remove) continue;
            if (needsComma) _buffer.Output.Add((byte)',');
            needsComma = true;
            _buffer.Output.Append(target.Encoded);
            WriteValue(target, write);
        }
    }

    private Write WriteOf(TargetField target) => _buffer.Chosen[target.Relation] is null
        ? target.Missing is null ? Write.Remove : Write.Constant
        : target.Value < 0 ? Write.Keep : Write.Value;

    private void WriteValue(TargetField target, Write write)
    {
        if (write == Write.Constant) _buffer.Output.Append(target.Missing);
        else if (_plan.Relations[target.Relation].Definition.Many) WriteList(target);
        else _buffer.Output.Append(_buffer.Chosen[target.Relation]!.Values[target.Value]);
    }

    private void WriteList(TargetField target)
    {
        var separator = (byte)'[';
        foreach (var row in _buffer.ListOf(target.Relation))
        {
            _buffer.Output.Add(separator);
            _buffer.Output.Append(row.Values[target.Value]);
            separator = (byte)',';
        }

        _buffer.Output.Add((byte)']');
    }

    private string MissingReason(CompiledRelation relation) =>
        KeyList(relation) is { Length: > 0 } keys
            ? $"relation '{relation.Name}' finds no usable row in '{relation.Table}' for {keys}"
            : $"relation '{relation.Name}' has no key in '{relation.Definition.Match}'";

    private string KeyList(CompiledRelation relation)
    {
        var text = new StringBuilder();
        var count = 0;
        foreach (ref readonly var key in Keys)
        {
            if (key.Relation != relation.Index || count++ >= KeysInReason) continue;
            text.Append(text.Length == 0 ? "" : ", ").Append(Reasons.Quote(_buffer.Text(key, _root)));
        }

        return count > KeysInReason ? $"{text} and {count - KeysInReason} more" : text.ToString();
    }
}
