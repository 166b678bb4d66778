using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>Counts what a task sends and keeps nothing, so that the task's own allocations can be measured. All topics have one partition.</summary>
internal sealed class CountingSink : IEmissionSink
{
    private readonly byte[] _key = new byte[64];
    private long _offset;

    public int Count { get; private set; }

    public JoinTask Create(SubTopologyKind kind)
    {
        var item = SampleDefinitions.Item();
        var topology = JoinTopology.BuildTopology(item with { Relations = [item.Relations[0] with { Strategy = Strategy.Shuffle }] });
        var ports = new TaskPorts(topology.Topics.ToDictionary(topic => topic, _ => 1), this, new JoinCounts(), NullLogger.Instance, TimeProvider.System);
        return JoinTask.Create(topology, topology.SubTopologies.Single(part => part.Kind == kind), 0, ports);
    }

    public void Process(JoinTask task, int source, ReadOnlySpan<byte> key, byte[] value)
    {
        key.CopyTo(_key);
        task.Process(new LogRecord(source, 0, _offset++, 0, _key.AsMemory(0, key.Length), value, []));
        while (task.HasFanout) task.Fanout(1);
    }

    public void Emit(in Emission emission) => throw new NotSupportedException();

    public void Send(in InternalRecord record) => Count++;

    public void DeadLetter(OutgoingRecord record) => throw new NotSupportedException();
}
