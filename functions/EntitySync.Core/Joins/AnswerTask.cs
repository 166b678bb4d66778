namespace EntitySync.Core.Joins;

/// <summary>Owns related values of a shuffle relation: answers questions, sends changed rows to whoever asked.</summary>
internal sealed class AnswerTask : JoinTask
{
    public AnswerTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports)
        : base(topology, part, partition, ports)
    {
    }

    public override long Rows => 0;

    public override long StateBytes => 0;

    public override long AllocatedBytes => 0;

    public override void Restore(in LogRecord record)
    {
    }

    public override void Process(in LogRecord record)
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
