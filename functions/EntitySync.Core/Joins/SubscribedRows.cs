using System.Text.Json;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// A shuffle relation as a root task sees it: it asks for the rows of each value its entities refer to, and is sent every change of them until it
/// withdraws the question.
/// <list type="bullet">
/// <item>An answer counts only while the value is in use, if it answers this question or a later one, and if it is newer than what is held: so a stale
/// answer, a second one, or one to a question withdrawn long ago never takes the place of the right one.</item>
/// <item>What is in use after a restore and has no answer is asked once more, and what has one and is not in use is withdrawn: the definition may have changed.
/// </item>
/// <item>Answers are held as they came; rows are made of them when they are needed, and the ones needed last are kept.</item>
/// </list>
/// </summary>
internal sealed class SubscribedRows : RelatedRows
{
    private const long PreparedBytes = 64L * 1024 * 1024;
    private const int PreparedOverheadBytes = 400;
    private const long NotInUse = long.MinValue;

    private readonly TaskContext _context;
    private readonly int _source;
    private readonly string _questions;
    private readonly PagedStateStore _held = new();
    private readonly Dictionary<int, (PreparedRow? Rows, int Bytes)> _prepared = [];
    private readonly Queue<(byte[] Text, bool IsUsed)> _restored = new();

    // By value: the epoch of its question; for a use that was restored the complement of the offset it began at, for any answer may be to that question.
    private long[] _asked = [];
    private byte[] _key = new byte[64];
    private byte[] _value = new byte[16];
    private byte[] _json = new byte[512];
    private long _preparedBytes;

    public SubscribedRows(TaskContext context, int source, CompiledRelation relation, FanoutCursors cursors)
        : base(relation, cursors)
    {
        _context = context;
        _source = source;
        _questions = Definitions.TopicNames.QuestionsTopic(context.Node.Definition, relation.Definition);
    }

    /// <summary>True while questions of the restored state have to be asked or withdrawn.</summary>
    public bool HasRestored => _restored.Count > 0;

    /// <summary>Index of the answers among the part's sources.</summary>
    public int Source => _source;

    public override long AllocatedBytes => base.AllocatedBytes + _held.AllocatedBytes + (_asked.Length * (long)sizeof(long)) + _preparedBytes;

    public override bool TryRows(int value, out PreparedRow? rows)
    {
        if (_prepared.TryGetValue(value, out var prepared))
        {
            rows = prepared.Rows;
            return true;
        }

        rows = null;
        var text = BytesOf(value);
        if (!_held.TryGet(text, out var answer)) return !CanHaveRows(text);
        if (_preparedBytes > PreparedBytes) ForgetPrepared();
        rows = PreparedRow.Chain(Relation, Prepare(text, answer));
        _prepared[value] = (rows, answer.Length + PreparedOverheadBytes);
        _preparedBytes += answer.Length + PreparedOverheadBytes;
        return true;
    }

    /// <summary>Bytes of the answers held, with their values.</summary>
    public long HeldBytes => _held.PayloadBytes;

    /// <summary>The values whose answers are held.</summary>
    public IEnumerable<byte[]> HeldValues()
    {
        for (var held = _held.NextId(-1); held >= 0; held = _held.NextId(held)) yield return _held.KeyOf(held).ToArray();
    }

    public override IEnumerable<PreparedRow> AllRows(int value) => _held.TryGet(BytesOf(value), out var answer) ? Prepare(BytesOf(value), answer) : [];

    public void Restore(in LogRecord record)
    {
        var key = record.Key is { } text ? text.Span : default; // the empty value has an empty key
        if (record.Value is not { } value) _held.Delete(key);
        else if (_context.PositionOf(record) is var position && IsNewer(AnswerRecord.Read(value.Span, position), key, position)) _held.Put(key, value.Span);
    }

    public override void CompleteRestore(TaskProgress progress)
    {
        for (var held = _held.NextId(-1); held >= 0; held = _held.NextId(held))
        {
            if (Find(_held.KeyOf(held)) >= 0) continue;
            _restored.Enqueue((_held.KeyOf(held).ToArray(), false));
            _held.Delete(held);
        }

        for (var value = 0; value < _asked.Length; value++)
        {
            if (_asked[value] != NotInUse && !_held.TryGet(BytesOf(value), out _)) _restored.Enqueue((BytesOf(value).ToArray(), true));
        }
    }

    /// <summary>Asks and withdraws what the restored state calls for, unless it has been overtaken since.</summary>
    /// <returns>Questions looked at, at most <paramref name="limit"/>.</returns>
    public int AskRestored(int limit)
    {
        var done = 0;
        for (; done < limit && _restored.TryDequeue(out var restored); done++)
        {
            var value = Find(restored.Text);
            if (!restored.IsUsed && value < 0) Withdraw(restored.Text);
            else if (restored.IsUsed && value >= 0 && _asked[value] < 0 && !_held.TryGet(restored.Text, out _)) Ask(restored.Text, ~_asked[value]);
        }

        return done;
    }

    public void Receive(in LogRecord record)
    {
        var key = record.Key is { } text ? text.Span : default; // the empty value has an empty key
        var value = Find(key);
        if (value < 0 || _asked[value] == NotInUse || record.Value is not { } bytes) return; // a tombstone ends a question that has been withdrawn; a later one has its own answer
        var position = _context.PositionOf(record);
        var answer = AnswerRecord.Read(bytes.Span, position);
        if (answer.Epoch < _asked[value] || !IsNewer(answer, key, position))
        {
            _context.Counts.StaleAnswers++;
            return;
        }

        _held.Put(key, bytes.Span);
        ForgetPrepared(value);
        StartFanout(value);
    }

    protected override void OnFirstUse(int value, ReadOnlySpan<byte> text, long offset, bool isRestoring)
    {
        if (value >= _asked.Length) GrowAsked(value);
        if (!CanHaveRows(text)) return;
        _asked[value] = isRestoring ? ~offset : offset;
        if (!isRestoring) Ask(text, offset);
    }

    protected override void OnLastUse(int value, bool isRestoring)
    {
        base.OnLastUse(value, isRestoring);
        ForgetPrepared(value);
        if (_asked[value] == NotInUse) return;
        _asked[value] = NotInUse;
        if (isRestoring) return; // a later record of the restore may use it again
        _held.Delete(BytesOf(value));
        Withdraw(BytesOf(value));
    }

    protected override void Dispose(bool disposing) => _held.Dispose();

    private bool IsNewer(in AnswerRecord answer, ReadOnlySpan<byte> key, Position position)
    {
        if (!_held.TryGet(key, out var bytes)) return true;
        var held = AnswerRecord.Read(bytes, position);
        return answer.Epoch > held.Epoch || (answer.Epoch == held.Epoch && answer.Version > held.Version);
    }

    private void ForgetPrepared(int value)
    {
        if (_prepared.Remove(value, out var prepared)) _preparedBytes -= prepared.Bytes;
    }

    private void ForgetPrepared()
    {
        _prepared.Clear();
        _preparedBytes = 0;
    }

    private void GrowAsked(int value)
    {
        var length = _asked.Length;
        Array.Resize(ref _asked, Math.Max(16, Math.Max(value + 1, length * 2)));
        _asked.AsSpan(length).Fill(NotInUse);
    }

    private void Ask(ReadOnlySpan<byte> text, long epoch) => Send(text, QuestionRecord.EncodeValue(ref _value, epoch), isTombstone: false);

    private void Withdraw(ReadOnlySpan<byte> text) => Send(text, default, isTombstone: true);

    private void Send(ReadOnlySpan<byte> text, ReadOnlySpan<byte> value, bool isTombstone) => _context.Sink.Send(new InternalRecord
    {
        Topic = _questions,
        Partition = Murmur2Partitioner.PartitionFor(text, _context.PartitionsOf(_questions)),
        Key = QuestionRecord.EncodeKey(ref _key, text, _context.Partition),
        IsTombstone = isTombstone,
        Value = value,
    });

    private List<PreparedRow> Prepare(ReadOnlySpan<byte> value, ReadOnlySpan<byte> bytes)
    {
        var answer = AnswerRecord.Read(bytes, default);
        if (answer.IsRefusal) return [PreparedRow.Unusable(value.ToArray(), answer.Reason!)];
        var rows = new List<PreparedRow>(answer.Rows.Count);
        foreach (var row in answer.Rows)
        {
            RecordBuffer.Reserve(ref _json, row.Json.Length);
            row.Json.CopyTo(_json);
            using var document = JsonDocument.Parse(_json.AsMemory(0, row.Json.Length));
            rows.Add(PreparedRow.Prepare(Relation, row.Key.ToArray(), document.RootElement, new Position(Relation.Table, row.OriginPartition, row.OriginOffset)));
        }

        return rows;
    }
}
