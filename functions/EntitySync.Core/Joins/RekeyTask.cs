namespace EntitySync.Core.Joins;

/// <summary>Owns a partition of a shuffle relation's topic: sends each row on under its join column.</summary>
internal sealed class RekeyTask : JoinTask
{
    public RekeyTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports)
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
