namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>Adds up processor time and allocation of stretches of work.</summary>
internal sealed class Meter
{
    private TimeSpan _total;
    private TimeSpan _started;
    private long _allocatedBefore;

    public double Seconds => _total.TotalSeconds;

    public long AllocatedBytes { get; private set; }

    public void Start()
    {
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        _started = Machine.ProcessorTime;
    }

    public void Stop()
    {
        _total += Machine.ProcessorTime - _started;
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
    }
}
