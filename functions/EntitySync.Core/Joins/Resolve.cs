using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Makes an entity's output of its root row and the related rows, and emits it.
/// <list type="bullet">
/// <item>An update that must wait for answers is owed; the visit that brings the last answer emits it as if it came now.</item>
/// <item>A visit emits only what differs from the last output (see <see cref="JoinOptions.SuppressEqualOutput"/>); a replay emits in any case.</item>
/// <item>On change means: different from the last outcome. What was dropped or rejected in between, or deleted, is emitted again though it is what was emitted last.</item>
/// <item>Nothing at all follows what <c>emit.once</c> has let through, not even a dead letter.</item>
/// <item>A rejected entity goes to the dead-letter topic with each update, and with the visit that finds it rejected first; not again when a visit only
/// finds another reason, which may count the rows of a value that changes all the time.</item>
/// </list>
/// </summary>
internal sealed class Resolve
{
    private const ulong DroppedHash = 1;
    private const ulong RejectedHash = 2;

    private readonly TaskContext _context;
    private readonly Enricher _enricher;
    private readonly EntityTable _entities;
    private readonly WaitingReplays _waiting;
    private readonly IJoinOutput _output;
    private readonly EnrichmentBuffer _buffer = new();
    private readonly EntityLinks _links;
    private readonly int[] _winnerOf;
    private readonly bool _emitsEqualUpdates;

    public Resolve(TaskContext context, EntityTable entities, WaitingReplays waiting, IJoinOutput output)
    {
        _context = context;
        _enricher = context.Node.Enricher;
        _output = output;
        _entities = entities;
        _waiting = waiting;
        _links = new EntityLinks(entities.Relations.Length);
        _emitsEqualUpdates = context.Node.Definition.Emit.When != EmitWhen.OnChange;
        var winners = 0;
        _winnerOf = [.. entities.Relations.Select(relation => relation.Relation.Definition.Pick is null ? -1 : winners++)];
    }

    /// <summary>What the last scan found.</summary>
    public EnrichmentBuffer Buffer => _buffer;

    private enum Cause { Update, Visit, Replay }

    /// <summary>Scans a root document; what it finds stays for <see cref="Update"/>.</summary>
    public EnrichmentOutcome Scan(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> root, out RootScan scan)
    {
        _buffer.Clear();
        return _enricher.Scan(key, root, _buffer, out scan, hasKey);
    }

    public int Keep(in LogRecord record, in RootScan scan, bool isRestoring) =>
        _entities.Keep(record.Key!.Value.Span, record.Offset, record.Value!.Value.Span, scan, _buffer, isRestoring);

    /// <summary>An update was kept: emits it, or owes it.</summary>
    public void Update(int id, ReadOnlySpan<byte> root, in RootScan scan)
    {
        if (IsSettled(id)) return;
        var row = _entities.RowOf(id);
        if (Fill(scan, _entities.Kept))
        {
            Conclude(id, row, root, _enricher.Splice(_entities.Rows.KeyOf(id), root, scan, _buffer), _entities.Kept, Cause.Update, default);
            AnswerWaiting(id);
        }
        else EntityRow.SetOwed(_entities.Rows.ValueForUpdateOf(id), true);
    }

    /// <summary>The rows of a value the entity refers to have changed, or have become known.</summary>
    /// <returns>Bytes written, for the bound of a step.</returns>
    public int Visit(int id, int relation, int value)
    {
        _context.Counts.Visited++;
        if (IsSettled(id)) return 0;
        var row = _entities.RowOf(id);
        var root = row.Read(_links);
        if (!row.IsOwed && IsUnaffected(row, relation, value)) return 0;
        if (!TryEvaluate(id, row, root, _links, out var outcome)) return 0;
        Conclude(id, row, root, outcome, _links, row.IsOwed ? Cause.Update : Cause.Visit, default);
        AnswerWaiting(id);
        return _buffer.OutputLength;
    }

    /// <summary>The definition has changed, or what was emitted is not known for sure: makes the output anew, and emits it unless it is the last one.</summary>
    public void Refresh(int id)
    {
        if (IsSettled(id)) return;
        var row = _entities.RowOf(id);
        var root = row.Read(_links);
        if (TryEvaluate(id, row, root, _links, out var outcome)) Conclude(id, row, root, outcome, _links, row.IsOwed ? Cause.Update : Cause.Visit, default);
    }

    /// <summary>Emits the latest state once more, or notes the replay until the answers are there.</summary>
    /// <returns>False when too many replays wait already.</returns>
    public bool TryReplay(int id, ReadOnlySpan<byte> message)
    {
        AnswerWaiting(id); // when this one need not wait, those before it need not either, and the visit may find nothing changed
        if (IsSettled(id)) return true;
        var row = _entities.RowOf(id);
        var root = row.Read(_links);
        if (!TryEvaluate(id, row, root, _links, out var outcome)) return _waiting.TryAdd(_entities.Rows.KeyOf(id), message);
        Conclude(id, row, root, outcome, _links, Cause.Replay, message);
        return true;
    }

    /// <summary>Emits the replays that have waited for the entity, if it waits no longer.</summary>
    public void AnswerWaiting(int id)
    {
        if (_waiting.Count == 0 || !_waiting.TryGet(_entities.Rows.KeyOf(id), out var messages)) return;
        var row = _entities.RowOf(id);
        var root = row.Read(_links);
        if (!TryEvaluate(id, row, root, _links, out var outcome)) return;
        foreach (var message in messages)
        {
            if (!IsSettled(id)) Conclude(id, row, root, outcome, _links, Cause.Replay, message);
        }

        _waiting.Remove(_entities.Rows.KeyOf(id));
    }

    /// <summary>An event of a stream root, its rows in <see cref="Buffer"/>: joined, emitted, forgotten.</summary>
    public void Pass(in LogRecord record, in RootScan scan)
    {
        var key = record.Key is { } bytes ? bytes.Span : default;
        var outcome = _enricher.Splice(key, record.Value!.Value.Span, scan, _buffer, hasKey: record.Key is not null);
        if (outcome.Kind == EnrichmentKind.Rejected) _context.DeadLetter(record, outcome.Reason!);
        else if (outcome.Kind == EnrichmentKind.Dropped) _context.Counts.Dropped++;
        else _output.Emit(key, record.Key is not null, _buffer.Output.Span, record.Offset, default);
    }

    private bool IsSettled(int id)
    {
        if (!_output.IsSettled(_entities.Rows.KeyOf(id))) return false;
        _context.Counts.Suppressed++;
        return true;
    }

    /// <returns>False when answers are missing.</returns>
    private bool TryEvaluate(int id, in EntityRow row, ReadOnlySpan<byte> root, EntityLinks links, out EnrichmentOutcome outcome)
    {
        outcome = default;
        _buffer.Clear();
        if (row.LastEnd == 0) return TryEvaluateWhole(id, root, links, out outcome);
        for (var relation = 0; relation < links.Relations; relation++)
        {
            foreach (var _ in links.Of(relation))
            {
                _buffer.Keys.Add(new MatchKey(relation, 0, 0, false));
                _buffer.Rows.Add(null);
            }
        }

        var scan = new RootScan { KeyCount = links.Count, PropertyCount = 1, LastEnd = row.LastEnd };
        if (!Fill(scan, links)) return false;
        outcome = _enricher.Splice(_entities.Rows.KeyOf(id), root, scan, _buffer);

        // A reason quotes the values, which are not kept beside their ids.
        return outcome.Kind != EnrichmentKind.Rejected || TryEvaluateWhole(id, root, links, out outcome);
    }

    private bool TryEvaluateWhole(int id, ReadOnlySpan<byte> root, EntityLinks links, out EnrichmentOutcome outcome)
    {
        outcome = Scan(_entities.Rows.KeyOf(id), true, root, out var scan);
        if (outcome.Kind == EnrichmentKind.Rejected) return true;
        if (!Fill(scan, links)) return false;
        outcome = _enricher.Splice(_entities.Rows.KeyOf(id), root, scan, _buffer);
        return true;
    }

    private bool Fill(in RootScan scan, EntityLinks links)
    {
        Span<int> next = stackalloc int[links.Relations];
        next.Clear();
        for (var i = 0; i < scan.KeyCount; i++)
        {
            var relation = _buffer.Keys[scan.FirstKey + i].Relation;
            if (!_entities.Relations[relation].TryRows(links.Of(relation)[next[relation]++], out var rows)) return false;
            _buffer.Rows[scan.FirstKey + i] = rows;
        }

        return true;
    }

    private void Conclude(int id, in EntityRow row, ReadOnlySpan<byte> root, EnrichmentOutcome outcome, EntityLinks links, Cause cause, ReadOnlySpan<byte> replay)
    {
        var hash = outcome.Kind switch
        {
            EnrichmentKind.Emitted => OutputHash(StableHash.Of(_buffer.Output.Span)),
            EnrichmentKind.Dropped => DroppedHash,
            _ => RejectedHash,
        };
        var isEqual = hash == row.OutputHash;
        var offset = row.Offset;
        var stored = _entities.Rows.ValueForUpdateOf(id);
        if (!isEqual) EntityRow.SetOutputHash(stored, hash);
        if (row.IsOwed) EntityRow.SetOwed(stored, false);
        NoteWinners(stored, row, outcome, links);
        if (isEqual && IsSuppressed(cause, outcome.Kind == EnrichmentKind.Rejected))
        {
            _context.Counts.Suppressed++;
            return;
        }

        var key = _entities.Rows.KeyOf(id);
        if (outcome.Kind == EnrichmentKind.Emitted)
        {
            _output.Emit(key, true, _buffer.Output.Span, offset, replay);
            return;
        }

        _output.Withhold(key);
        if (outcome.Kind == EnrichmentKind.Dropped) _context.Counts.Dropped++;
        else _context.DeadLetter(_context.RootPositionOf(key, offset), outcome.Reason!, key.ToArray(), root.ToArray(), ReplayHeader(replay));
    }

    private bool IsSuppressed(Cause cause, bool isRejected) => cause switch
    {
        Cause.Visit => isRejected || _context.Options.SuppressEqualOutput,
        Cause.Update => !isRejected && !_emitsEqualUpdates,
        _ => false,
    };

    /// <summary>
    /// True when another value's row has won before and still wins: then the change of this value's rows is not seen in the output, unless each value must have one.
    /// </summary>
    private bool IsUnaffected(in EntityRow row, int relation, int value)
    {
        var winner = _winnerOf[relation] < 0 || _entities.Relations[relation].Relation.IsComplete ? EntityRow.UnknownWinner : row.Winners[_winnerOf[relation]];
        if (winner == EntityRow.UnknownWinner) return false;
        var values = _links.Of(relation);
        if (winner != EntityRow.NoWinner && values[winner] == value) return false;
        return TryWinner(relation, values, out var now) && now == winner;
    }

    private bool TryWinner(int relation, ReadOnlySpan<int> values, out byte winner)
    {
        winner = EntityRow.NoWinner;
        PreparedRow? best = null;
        var order = _entities.Relations[relation].Relation.Definition.Pick!.Order;
        for (var i = 0; i < values.Length; i++)
        {
            if (!_entities.Relations[relation].TryRows(values[i], out var row)) return false;
            for (; row is not null; row = row.Next)
            {
                if (row.Problem is not null) return false;
                if (row.Pick is null || (best is not null && !ReferenceEquals(RootSplicer.Better(best, row, order), row))) continue;
                best = row;
                winner = (byte)Math.Min(i, EntityRow.UnknownWinner);
            }
        }

        return winner != EntityRow.UnknownWinner;
    }

    private void NoteWinners(Span<byte> stored, in EntityRow row, in EnrichmentOutcome outcome, EntityLinks links)
    {
        for (var relation = 0; relation < _winnerOf.Length; relation++)
        {
            var index = _winnerOf[relation];
            if (index < 0) continue;
            var winner = outcome.Kind == EnrichmentKind.Emitted ? ChosenAt(relation, links.Of(relation)) : EntityRow.UnknownWinner;
            if (row.Winners[index] != winner) EntityRow.SetWinner(stored, index, winner);
        }
    }

    /// <summary>Which value's row the splicer has chosen.</summary>
    private byte ChosenAt(int relation, ReadOnlySpan<int> values)
    {
        if (_buffer.Chosen[relation] is not { } chosen) return EntityRow.NoWinner;
        for (var i = 0; i < values.Length && i < EntityRow.UnknownWinner; i++)
        {
            _entities.Relations[relation].TryRows(values[i], out var row);
            for (; row is not null; row = row.Next)
            {
                if (ReferenceEquals(row, chosen)) return (byte)i;
            }
        }

        return EntityRow.UnknownWinner;
    }

    private static RecordHeader[] ReplayHeader(ReadOnlySpan<byte> replay) => replay.IsEmpty ? [] : [new RecordHeader(HeaderNames.Replay, replay.ToArray())];

    private static ulong OutputHash(ulong hash) => hash <= RejectedHash ? ~hash : hash;
}
