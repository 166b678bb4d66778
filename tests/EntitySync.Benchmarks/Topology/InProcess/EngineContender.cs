using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>The topology of <c>item</c> with its relation broadcast: the tables of a thread and one task of one partition.</summary>
internal sealed class EngineContender : IJoinContender
{
    public const string ContenderName = "EntitySync";

    private readonly JoinTopology _topology = JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: Strategy.Broadcast));
    private readonly Dictionary<string, int> _partitions;
    private readonly BroadcastTables _tables;
    private readonly ChecksumSink _sink;
    private readonly int _classSource;
    private JoinTask _task = null!;
    private long _itemOffset;
    private long _classOffset;

    public EngineContender(ChecksumSink sink)
    {
        _sink = sink;
        _partitions = _topology.Topics.ToDictionary(topic => topic, _ => 1);
        _tables = new BroadcastTables(_topology.RootPart, _partitions, new JoinOptions());
        _classSource = _topology.RootPart.IndexOf(SourceRole.Broadcast);
    }

    public string Name => ContenderName;

    public bool HasFanout => _task.HasFanout;

    public long NativeBytes => _task.AllocatedBytes;

    public void RestoreClass(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> row) => _tables.Process(Class(key, row));

    public void CompleteClasses()
    {
        var ports = new TaskPorts(_partitions, _sink, new JoinCounts(), NullLogger.Instance, TimeProvider.System);
        _task = JoinTask.Create(_topology, _topology.RootPart, 0, ports, _tables);
    }

    public void RestoreItem(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> document) => _task.Restore(Item(key, document));

    public void CompleteRestore() => _task.CompleteRestore();

    public void Update(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? document) => _task.Process(Item(key, document));

    public void ChangeClass(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? row) => _tables.Process(Class(key, row));

    public void Fanout(int entities) => _task.Fanout(entities);

    public void Commit()
    {
        if (_task.HasUnsavedProgress) _task.SaveProgress();
    }

    public void Dispose() => _task?.Dispose();

    private LogRecord Item(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? document) => new(SubTopology.LeadIndex, 0, _itemOffset++, 0, key, document, []);

    private LogRecord Class(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? row) => new(_classSource, 0, _classOffset++, 0, key, row, []);
}
