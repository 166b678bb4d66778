using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Owns related values of a shuffle relation.
/// <list type="bullet">
/// <item>Every question is answered, a repeated one too: who asks again after a crash may have passed over the first answer.</item>
/// <item>A change of a value's rows is sent to all who asked, always as the whole group. It goes out with a fan-out step, or with the commit that its record belongs
/// to: a row alone costs one group, and thousands of rows of a value in a row cost one group too, not one each.</item>
/// <item>A withdrawn question ends with a tombstone in the asker's partition, so nothing of the old subscription can follow it.</item>
/// </list>
/// </summary>
internal sealed class AnswerTask : JoinTask
{
    // An answer may be as large as a record; a step of several is not to take much longer than one.
    private const int StepBytes = 512 * 1024;

    private readonly RelatedGroups _groups = new();
    private readonly Subscribers _subscribers = new();
    private readonly ChangedValues _changed = new();
    private readonly AnswerWriter _answer = new();
    private readonly string _answersTopic;
    private readonly int _askers;
    private long _lastRow = -1;

    public AnswerTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports)
        : base(topology, part, partition, ports)
    {
        _answersTopic = part.Node.Definition.AnswersTopic(part.Relation!);
        _askers = ports.Partitions[_answersTopic];
    }

    public override long Rows => _groups.Count;

    public override long StateBytes => _groups.PayloadBytes + _subscribers.PayloadBytes;

    public override long AllocatedBytes => _groups.AllocatedBytes + _subscribers.AllocatedBytes + _changed.AllocatedBytes;

    public override bool HasFanout => _changed.Count > 0;

    public override bool HasUnsavedProgress => _changed.Count > 0;

    public override void Restore(in LogRecord record)
    {
        if (IsQuestion(record)) Take(record, Question(record));
        else Take(record, Row(record));
    }

    public override void Process(in LogRecord record)
    {
        if (IsQuestion(record)) ProcessQuestion(record);
        else ProcessRow(record);
    }

    /// <summary>Tells the subscribers of some values that have changed.</summary>
    public override int Fanout(int entities)
    {
        var told = 0;
        for (var bytes = 0; told < entities && bytes < StepBytes && _changed.Count > 0; told++) bytes += TellFirst();
        return told;
    }

    // The rows' positions are about to be committed: after a crash nobody would know of the change.
    public override void SaveProgress()
    {
        while (_changed.Count > 0) TellFirst();
    }

    protected override void Dispose(bool disposing)
    {
        _groups.Dispose();
        _subscribers.Dispose();
        _changed.Dispose();
    }

    private bool IsQuestion(in LogRecord record) => Part.Sources[record.Source].Role == SourceRole.Questions;

    private void ProcessQuestion(in LogRecord record)
    {
        var question = Question(record);
        var epoch = Take(record, question);
        if (question.IsTombstone)
        {
            Context.Sink.Send(new InternalRecord { Topic = _answersTopic, Partition = question.AskingPartition, Key = question.JoinValue, IsTombstone = true });
            return;
        }

        Context.Counts.Questions++;
        Prepare(question.JoinValue);
        Send(question.JoinValue, question.AskingPartition, epoch);
    }

    private void ProcessRow(in LogRecord record)
    {
        var row = Row(record);
        if (Take(record, row) == RowChange.Content && _subscribers.Of(row.JoinValue).Count > 0) _changed.Add(row.JoinValue);
    }

    /// <returns>Bytes sent.</returns>
    private int TellFirst()
    {
        var joinValue = _changed.First;
        var subscribers = _subscribers.Of(joinValue);
        var bytes = 0;
        if (subscribers.Count > 0) Prepare(joinValue);
        for (var place = 0; place < subscribers.Count; place++)
        {
            var (partition, epoch) = subscribers[place];
            bytes += Send(joinValue, partition, epoch);
        }

        _changed.RemoveFirst();
        return bytes;
    }

    private RowChange Take(in LogRecord record, in RowsRecord row)
    {
        var key = record.Key!.Value.Span;
        _lastRow = Math.Max(_lastRow, record.Offset);
        return row.IsTombstone ? _groups.Remove(key, row, record.Offset) : _groups.Put(key, row, record.Offset);
    }

    private long Take(in LogRecord record, in QuestionRecord question)
    {
        if (!question.IsTombstone) return _subscribers.Add(question.JoinValue, question.AskingPartition, question.Epoch);
        _subscribers.Remove(question.JoinValue, question.AskingPartition);
        return 0;
    }

    private void Prepare(ReadOnlySpan<byte> joinValue)
    {
        // Every change of these rows up to the last row taken is in the answer, so that is its version; the group's own would fall back with its last row.
        var head = _groups.HeadOf(joinValue) with { Version = _lastRow };
        var bytes = AnswerRecord.HeadBytes + Varint.Length((ulong)head.Count) + head.AnswerBytes;
        if (bytes > Context.Options.AnswerBytes)
        {
            _answer.Refuse(head.Version, $"the {head.Count} related rows of {Reasons.Quote(joinValue)} take {bytes} bytes, more than {Context.Options.AnswerBytes}");
            return;
        }

        _answer.Start();
        _groups.CopyTo(_answer, joinValue);
        _answer.Finish(head.Version);
    }

    private int Send(ReadOnlySpan<byte> joinValue, int partition, long epoch)
    {
        Context.Counts.Answers++;
        var value = _answer.ValueFor(epoch);
        Context.Sink.Send(new InternalRecord { Topic = _answersTopic, Partition = partition, Key = joinValue, Value = value });
        return value.Length;
    }

    private QuestionRecord Question(in LogRecord record)
    {
        var question = QuestionRecord.Read(record, Context.PositionOf(record));
        Context.CheckOwnPartition(record, question.JoinValue, "join value");
        if (question.AskingPartition < _askers) return question;
        throw new InvalidRequestException(
            $"{Context.PositionOf(record)}: partition {question.AskingPartition} asks, but '{_answersTopic}' has {_askers} partitions; internal topics must keep their partition counts.");
    }

    private RowsRecord Row(in LogRecord record)
    {
        var row = RowsRecord.Read(record, Context.PositionOf(record));
        Context.CheckOwnPartition(record, row.JoinValue, "join value");
        return row;
    }
}
