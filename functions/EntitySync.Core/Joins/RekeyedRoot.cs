using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Takes the records that the intake tasks write: rows of a root under the entity's key. An entity is made of the one row that has its key. While rows
/// take over each other's keys several may have it, for their records come from different partitions in any order:
/// <list type="bullet">
/// <item>The row whose record stands last counts. The others are kept, so that one of them follows when it goes, whatever the order.</item>
/// <item>So what an entity is made of depends only on the rows' last records: a restart from the compacted topic finds the same.</item>
/// <item>A record of a row that is held from the same or a later origin is passed over: after a crash in at-least-once mode it comes once more.</item>
/// </list>
/// </summary>
internal sealed class RekeyedRoot : IDisposable
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly TaskContext _context;
    private readonly EntityTable _entities;
    private readonly Resolve _resolve;
    private readonly RootTableUpdate _table;
    private readonly RootOwners _owners;
    private readonly OtherRows _others = new();
    private readonly EntityLinks _links;
    private readonly OccasionalWarning _shared;
    private readonly OccasionalWarning _older;
    private byte[] _key = new byte[128];

    public RekeyedRoot(TaskContext context, EntityTable entities, Resolve resolve, RootTableUpdate table)
    {
        _context = context;
        _entities = entities;
        _resolve = resolve;
        _table = table;
        _owners = context.Owners = new RootOwners(context.Node.Definition.Root.Topic);
        _links = new EntityLinks(entities.Relations.Length);
        _shared = new OccasionalWarning(context.Logger, context.Time, WarningInterval);
        _older = new OccasionalWarning(context.Logger, context.Time, WarningInterval);
    }

    public long PayloadBytes => _owners.PayloadBytes + _others.PayloadBytes;

    public long AllocatedBytes => _owners.AllocatedBytes + _others.AllocatedBytes;

    public void Process(in LogRecord record) => Take(record, isRestoring: false);

    public void Restore(in LogRecord record)
    {
        _context.Counts.Restored++;
        Take(record, isRestoring: true);
    }

    public void Dispose()
    {
        _owners.Dispose();
        _others.Dispose();
    }

    private void Take(in LogRecord record, bool isRestoring)
    {
        var row = RowsRecord.Read(record, _context.PositionOf(record));
        _context.CheckOwnPartition(record, row.JoinValue, "entity key");
        if (row.IsTombstone) Leave(row, record, isRestoring);
        else Arrive(row, record, isRestoring);
    }

    private void Arrive(in RowsRecord row, in LogRecord record, bool isRestoring)
    {
        var key = record.Key!.Value;
        var hasOwner = _owners.TryGet(row.JoinValue, out var held, out var owner);
        var isOwner = hasOwner && owner.SequenceEqual(row.RowKey);
        if ((isOwner || _others.TryGet(key.Span, out held)) && !IsNewer(row, held, isRestoring)) return;
        var plain = record with { Key = key.Slice(key.Length - row.RowKey.Length - row.JoinValue.Length, row.JoinValue.Length), Value = record.Value!.Value[^row.Json.Length..] };
        if (_table.FindProblem(plain, out var scan) is { } problem)
        {
            if (!isRestoring) _context.DeadLetter(OriginOf(row), problem, plain.Key, plain.Value, record.Headers);
            return;
        }

        if (hasOwner && !isOwner) GiveWay(row, owner, OwnerHead(row.JoinValue), isRestoring);
        _others.Remove(row.JoinValue, key.Span);
        MakeOf(plain, RootRowHead.Of(row, record.Offset), row.RowKey, scan, isRestoring);
    }

    private void Leave(in RowsRecord row, in LogRecord record, bool isRestoring)
    {
        var entity = row.JoinValue;
        if (_owners.TryGet(entity, out _, out var owner) && !owner.SequenceEqual(row.RowKey))
        {
            // A row that is not known may have been what was emitted before a restart.
            if (!_others.Remove(entity, record.Key!.Value.Span) && !isRestoring) _resolve.Refresh(_entities.Rows.Find(entity));
        }
        else if (_others.TryTakeLast(entity, out var head, out var rowKey, out var json))
        {
            // The offset is that of the change, for questions that it makes the task ask.
            var plain = record with { Key = entity.ToArray(), Value = json };
            if (_table.FindProblem(plain, out var scan) is { } problem) throw new InvalidOperationException($"A row that could be used cannot be any more: {problem}");
            MakeOf(plain, head, rowKey, scan, isRestoring);
        }
        else
        {
            _owners.Remove(entity);
            if (isRestoring) _entities.Remove(entity, isRestoring: true);
            else _table.Delete(entity, record.Offset);
        }
    }

    private void MakeOf(in LogRecord plain, in RootRowHead head, ReadOnlySpan<byte> rowKey, in RootScan scan, bool isRestoring)
    {
        _owners.Put(plain.Key!.Value.Span, head, rowKey);
        var id = _resolve.Keep(plain, scan, isRestoring);
        if (!isRestoring) _resolve.Update(id, plain.Value!.Value.Span, scan);
    }

    private void GiveWay(in RowsRecord row, ReadOnlySpan<byte> owner, in RootRowHead head, bool isRestoring)
    {
        var document = _entities.RowOf(_entities.Rows.Find(row.JoinValue)).Read(_links);
        _others.Add(row.JoinValue, RowsRecord.EncodeKey(ref _key, row.JoinValue, owner), head, document);
        if (isRestoring) return;
        _context.Counts.SharedKeys++;
        _shared.Raise(
            found => $"{found.Position}: row {found.Now} has the key {found.Entity} that row {found.Before} has too; the last one counts. It passes when a row gives up its key; else the key is not unique",
            (Position: OriginOf(row), Entity: Reasons.Quote(row.JoinValue), Now: Reasons.Quote(row.RowKey), Before: Reasons.Quote(owner)));
    }

    private bool IsNewer(in RowsRecord row, in RootRowHead held, bool isRestoring)
    {
        if (row.OriginPartition != held.OriginPartition || row.OriginOffset > held.OriginOffset) return true;
        if (row.OriginOffset == held.OriginOffset || isRestoring) return false;
        _older.Raise(
            found => $"{found.Position} is passed over: offset {found.Offset} of the row is held. After a crash rows come again; but if the topic was made anew, make '{found.Topic}' anew too",
            (Position: OriginOf(row), Offset: held.OriginOffset, _context.Part.Lead.Topic));
        return false;
    }

    private RootRowHead OwnerHead(ReadOnlySpan<byte> entity) => _owners.TryGet(entity, out var head, out _) ? head : default;

    private Position OriginOf(in RowsRecord row) => new(_context.Node.Definition.Root.Topic, row.OriginPartition, row.OriginOffset);
}
