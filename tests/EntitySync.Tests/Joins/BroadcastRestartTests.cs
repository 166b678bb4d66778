using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins;

public sealed class BroadcastRestartTests
{
    [Fact]
    public void TaskMadeWithACompleteTable_NotesItsPositions_SoThatTheNextStartVisitsNobody()
    {
        var topology = JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: Strategy.Broadcast));
        var partitions = topology.Topics.ToDictionary(topic => topic, _ => 1);
        var source = topology.RootPart.IndexOf(SourceRole.Broadcast);
        var tables = new BroadcastTables(topology.RootPart, partitions, new JoinOptions());
        tables.Process(new LogRecord(source, 0, 0, Timestamp: 0, Bytes("express"), Bytes("""{"name":"express","minimumTime":1,"maximumTime":2}"""), []));
        var notes = new Notes();

        using (var task = NewTask()) task.SaveProgress();

        notes.Records.Select(note => (char)note.Key!.Value.Span[0]).ShouldBe(['D', 'P']);
        using var next = NewTask();
        next.HasUnsavedProgress.ShouldBeFalse();

        JoinTask NewTask()
        {
            var ports = new TaskPorts(partitions, notes, new JoinCounts(), NullLogger.Instance, TimeProvider.System);
            var task = JoinTask.Create(topology, topology.RootPart, 0, ports, tables);
            foreach (var note in notes.Records) task.Restore(note with { Source = topology.RootPart.IndexOf(SourceRole.Progress) });
            task.CompleteRestore();
            return task;
        }
    }

    private static ReadOnlyMemory<byte>? Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Notes : IEmissionSink
    {
        public List<LogRecord> Records { get; } = [];

        public void Emit(in Emission emission) => throw new InvalidOperationException();

        public void Send(in InternalRecord record) => Records.Add(new LogRecord(0, 0, Records.Count, Timestamp: 0, record.Key.ToArray(), record.Value.ToArray(), []));

        public void DeadLetter(OutgoingRecord record) => throw new InvalidOperationException();
    }
}
