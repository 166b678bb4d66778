using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Debezium;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Joins;

/// <summary>
/// Owns the entities of one root partition: keeps them, joins them, emits them, and visits them when their related rows change. Likewise the rows of a relation
/// that has relations of its own.
/// </summary>
internal sealed class RootTask : JoinTask
{
    private static readonly TimeSpan MisplacedKeyLogInterval = TimeSpan.FromMinutes(1);

    private readonly int _partitions;
    private readonly OccasionalWarning _misplaced;
    private readonly BroadcastTables? _tables;
    private readonly FanoutCursors _cursors;
    private readonly WaitingReplays _waiting = new();
    private readonly Queue<byte[]> _restoredReplays = new();
    private readonly EntityTable _entities;
    private readonly SubscribedRows[] _subscribed;
    private readonly Resolve _resolve;
    private readonly RootTableUpdate? _rootTable;
    private readonly RootStreamJoin? _rootStream;
    private readonly RekeyedRoot? _rekeyed;
    private readonly ReplayJoin _replay;
    private readonly Fanout _fanout;
    private readonly RelatedRecords? _records;
    private readonly ProgressWriter? _progressWriter;
    private readonly EmittedEntities _emitted = new();
    private TaskProgress _progress;
    private int? _refreshed; // the row made anew last; null when no refresh is under way

    public RootTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports, BroadcastTables? tables)
        : base(topology, part, partition, ports)
    {
        _partitions = ports.Partitions[part.Lead.Topic];
        _misplaced = new OccasionalWarning(ports.Logger, ports.Time, MisplacedKeyLogInterval);
        _tables = tables;
        _cursors = new FanoutCursors(ports.Time);
        var enricher = part.Node.Enricher;
        IJoinOutput output = part.Kind == SubTopologyKind.Nested ? new JoinedRowsOutput(Context) : new OnceOutput(new EntityOutput(Context), _emitted, part.Node.Definition.Emit.Once);
        _progress = new TaskProgress(_emitted);
        _records = part.Kind == SubTopologyKind.Nested ? new RelatedRecords(part.Node.Definition.Root.Format, _partitions) : null;
        var isTable = part.Lead.RestoresState;
        _entities = new EntityTable(isTable ? [.. enricher.Relations.Select(RowsOf)] : []);
        var streamRows = isTable ? [] : Array.ConvertAll([.. enricher.Relations], relation => IsShuffled(relation) ? (SubscribedRows)RowsOf(relation) : null);
        _subscribed = [.. _entities.Relations.Concat(streamRows).OfType<SubscribedRows>()];
        _resolve = new Resolve(Context, _entities, _waiting, output);
        _replay = new ReplayJoin(Context, _entities, _resolve);
        _fanout = new Fanout(_entities, _cursors, _resolve);
        if (isTable) _rootTable = new RootTableUpdate(Context, _entities, _resolve, _waiting, output);
        if (part.Node.IsRekeyed) _rekeyed = new RekeyedRoot(Context, _entities, _resolve, _rootTable!);
        if (!isTable) _rootStream = new RootStreamJoin(Context, _resolve, Array.ConvertAll([.. enricher.Relations], relation => IsShuffled(relation) ? null : TableOf(relation)), streamRows);
        IProgressNotes[] notes = _rootStream is null ? [_emitted] : [_rootStream.Waiting];
        if (part.IndexOf(SourceRole.Progress) >= 0) _progressWriter = new ProgressWriter(Context, _entities.Relations, _cursors, _waiting, notes);
    }

    public override long Rows => _entities.Rows.Count + (_rootStream?.Waiting.Count ?? 0);

    public override long StateBytes => _entities.Rows.PayloadBytes + _emitted.StateBytes + (_rekeyed?.PayloadBytes ?? 0) + (_rootStream?.Waiting.Bytes ?? 0);

    public override long AllocatedBytes => _entities.AllocatedBytes + _emitted.AllocatedBytes + (_rekeyed?.AllocatedBytes ?? 0) + (_rootStream?.AllocatedBytes ?? 0);

    public override bool HasFanout => _cursors.Count > 0 || _refreshed is not null || _restoredReplays.Count > 0 || _rootStream is { HasStep: true } || Array.Exists(_subscribed, rows => rows.HasRestored);

    public override bool IsFull => _rootStream is { Waiting.IsFull: true };

    public override bool HasUnsavedProgress => _progressWriter is { HasUnsaved: true };

    public override IReadOnlyList<FanoutStatus> Fanouts => [.. _cursors.Active.Select(StatusOf)];

    public override void Restore(in LogRecord record)
    {
        switch (Part.Sources[record.Source].Role)
        {
            case SourceRole.Root when _records is not null: RestoreRelated(record); break;
            case SourceRole.Root when _rekeyed is not null: _rekeyed.Restore(record); break;
            case SourceRole.Root when _rootTable is not null: _rootTable.Restore(record); break;
            case SourceRole.Progress: _progress.Restore(record, Context.PositionOf(record)); break;
            case SourceRole.Answers: AnswersOf(record.Source).Restore(record); break;
            default: throw new ArgumentException("This source restores no state.", nameof(record));
        }
    }

    public override void CompleteRestore()
    {
        var progress = _progress;
        _progress = new TaskProgress(_emitted);
        if (Partition == 0) _tables?.TellBadRows(bad => OnBadRow(bad, progress), Context.Counts);
        _rootStream?.CompleteRestore(progress);
        foreach (var relation in _entities.Relations) relation.CompleteRestore(progress);
        if (_progressWriter is not null) CompareDefinition(progress.Definition);
        foreach (var cursor in progress.Cursors) ResumeFanout(cursor.Relation, cursor.Value, cursor.Next, cursor.End, cursor.IsWrapped);
        foreach (var (key, messages) in progress.Replays)
        {
            _waiting.Restore(key, messages);
            _restoredReplays.Enqueue(key);
        }
    }

    public override void Process(in LogRecord record)
    {
        Context.Counts.Processed++;
        var role = Part.Sources[record.Source].Role;
        if (role == SourceRole.Answers)
        {
            AnswersOf(record.Source).Receive(record);
            _rootStream?.OnAnswer();
            return;
        }

        if (_records is not null)
        {
            ProcessRelated(record);
            return;
        }

        if (_rekeyed is not null && role == SourceRole.Root)
        {
            _rekeyed.Process(record);
            return;
        }

        if (record.Key is { } key) CheckPartition(record, key.Span);
        if (role == SourceRole.Replay) _replay.Process(record);
        else if (_rootTable is not null) _rootTable.Process(record, record);
        else _rootStream!.Process(record);
    }

    public override int Fanout(int entities)
    {
        var done = 0;
        foreach (var rows in _subscribed) done += rows.AskRestored(entities - done);
        for (; done < entities && _restoredReplays.TryDequeue(out var key); done++) AnswerRestored(key);
        if (_refreshed is not null) done += Refresh(entities - done);
        if (_rootStream is not null) done += _rootStream.Step(entities - done);
        return done + _fanout.Step(entities - done);
    }

    public override void SaveProgress() => _progressWriter?.Save();

    public override EntityExplanation? Explain(ReadOnlySpan<byte> key)
    {
        var id = _entities.Rows.Find(key);
        return id < 0 ? null : new Explain(Context, Part.Node.Enricher, _entities).Entity(id);
    }

    protected override void Dispose(bool disposing)
    {
        if (Partition == 0) _tables?.ForgetBadRows();
        _rekeyed?.Dispose();
        _entities.Dispose();
        _emitted.Dispose();
        _rootStream?.Dispose();
    }

    /// <summary>
    /// Joined rows have no replay, so with a changed definition all of them are made anew. The definition is noted at the end: after a crash it is done again.
    /// </summary>
    private int Refresh(int limit)
    {
        var done = 0;
        for (var id = _refreshed!.Value; done < limit; done++)
        {
            id = _entities.Rows.NextId(id);
            _refreshed = id;
            if (id >= 0)
            {
                _resolve.Refresh(id);
                continue;
            }

            _refreshed = null;
            _progressWriter!.OnDefinition(DefinitionNote.Of(Topology, Part.Node));
            break;
        }

        return done;
    }

    private void RestoreRelated(in LogRecord record)
    {
        switch (_records!.Read(record, out var row, out _))
        {
            case ChangeKind.Truncate: _rootTable!.RemoveAll(isRestoring: true); break;
            case ChangeKind.Upsert or ChangeKind.Delete: _rootTable!.Restore(row); break;
        }
    }

    private void ProcessRelated(in LogRecord record)
    {
        switch (_records!.Read(record, out var row, out var problem))
        {
            case ChangeKind.Bad: Context.DeadLetter(record, problem!); break;
            case ChangeKind.Ignore: Context.Counts.PassedOver++; break;
            case ChangeKind.Repeat: break;
            case ChangeKind.Truncate: _rootTable!.RemoveAll(isRestoring: false); break;
            default: _rootTable!.Process(row, record); break;
        }
    }

    private void AnswerRestored(byte[] key)
    {
        var id = _entities.Rows.Find(key);
        if (id >= 0) _resolve.AnswerWaiting(id);
        else Context.Counts.UnknownIds += _waiting.Remove(key);
    }

    private static bool IsShuffled(CompiledRelation relation) => relation.Definition.Strategy == Definitions.Strategy.Shuffle;

    private RelatedRows RowsOf(CompiledRelation relation)
    {
        if (IsShuffled(relation)) return new SubscribedRows(Context, SourceOf(relation), relation, _cursors);
        BroadcastRows? rows = null;
        rows = new BroadcastRows(TableOf(relation), _cursors, () => _progressWriter?.OnMoved(rows!));
        return rows;
    }

    private int SourceOf(CompiledRelation relation)
    {
        for (var source = 0; source < Part.Sources.Length; source++)
        {
            if (ReferenceEquals(Part.Sources[source].Relation, relation.Definition)) return source;
        }

        throw new InvalidOperationException($"Relation '{relation.Name}' has no source.");
    }

    private BroadcastTable TableOf(CompiledRelation relation) =>
        (_tables ?? throw new InvalidOperationException("A topology with broadcast relations needs its tables.")).All.Single(table => table.Source == SourceOf(relation));

    private SubscribedRows AnswersOf(int source) => Array.Find(_subscribed, rows => rows.Source == source) ?? throw new InvalidOperationException($"Source {source} has no relation.");

    private void CompareDefinition(DefinitionNote? noted)
    {
        var now = DefinitionNote.Of(Topology, Part.Node);
        if (noted == now) return;
        var isChanged = noted is { } before && before.Fingerprint != now.Fingerprint;
        // Not noted, and rows nevertheless: the topic was read before this join was there, and the position in it is not the join's own.
        if (Part.Kind == SubTopologyKind.Nested && (isChanged || (noted is null && Rows > 0)))
        {
            _refreshed = -1;
            now = now with { Fingerprint = DefinitionNote.Unfinished };
        }

        _progressWriter!.OnDefinition(now);
        if (isChanged && Part.Kind == SubTopologyKind.Root && _rootTable is not null) Context.Logger.LogWarning("The definition of {Entity} has changed since the state was written: outputs of unchanged entities stay as they are until a replay refreshes them", Topology.Entity);
    }

    private void ResumeFanout(string relationName, byte[] text, uint next, uint end, bool isWrapped)
    {
        var relation = Array.FindIndex(_entities.Relations, relation => relation.Relation.Name == relationName);
        var value = relation < 0 ? -1 : _entities.Relations[relation].Find(text);
        if (value < 0)
        {
            _progressWriter!.Forget(ProgressWriter.KeyOf('C', relationName, text));
            return;
        }

        var isNew = !_cursors.IsActive(relation, value);
        var cursor = _cursors.Start(relation, value);
        if (isNew) (cursor.Next, cursor.End, cursor.IsWrapped) = (next, end, isWrapped);
        _progressWriter!.OnRestored(cursor);
    }

    private void OnBadRow(in BroadcastTables.BadRow bad, TaskProgress progress)
    {
        var source = bad.Record.Source;
        var positions = progress.PositionsOf(_tables!.All.First(table => table.Source == source).Relation);
        if (bad.Record.Partition < positions.Length && bad.Record.Offset < positions[bad.Record.Partition]) return; // dead-lettered before the restart
        Context.DeadLetter(bad.Record, bad.Problem);
    }

    private FanoutStatus StatusOf(FanoutCursor cursor)
    {
        var relation = _entities.Relations[cursor.Relation];
        var seconds = Context.Time.GetElapsedTime(cursor.StartedAt).TotalSeconds;
        return new FanoutStatus(
            relation.Relation.Name,
            System.Text.Encoding.UTF8.GetString(relation.BytesOf(cursor.Value)),
            cursor.Done,
            Math.Max(0, relation.Members.Count(cursor.Value) - cursor.Done),
            seconds > 0 ? cursor.Done / seconds : 0,
            seconds);
    }

    /// <summary>A replay of a misplaced key may land beside another task's rows, so it must be told; the record itself is good and goes on.</summary>
    private void CheckPartition(in LogRecord record, ReadOnlySpan<byte> key)
    {
        var own = Murmur2Partitioner.PartitionFor(key, _partitions);
        if (own == record.Partition) return;
        Context.Counts.MisplacedKeys++;
        _misplaced.Raise(
            found => $"{found.Position}: the key belongs to partition {found.own}; its producer does not use murmur2, so replays may miss such keys",
            (Position: Context.PositionOf(record), own));
    }
}
