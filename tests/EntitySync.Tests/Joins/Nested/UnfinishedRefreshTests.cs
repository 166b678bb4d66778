using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins.Nested;

/// <summary>A nested join that makes its rows anew for a changed definition, and is stopped before it has made them all.</summary>
public sealed class UnfinishedRefreshTests : IEmissionSink
{
    private readonly List<LogRecord> _notes = [];
    private readonly List<string> _joined = [];

    [Theory]
    [InlineData("label", new[] { "s1 {\"label\":\"lib\"}", "s2 {\"label\":\"lib\"}", "s3 {\"label\":\"lib\"}" })]
    [InlineData("name", new[] { "s1 {\"name\":\"lib\"}", "s2 {\"name\":\"lib\"}", "s3 {\"name\":\"lib\"}" })]
    public void NextStart_MakesAllRowsAnewWhicheverDefinitionItIs(string next, string[] rows)
    {
        using (var before = Start("name")) before.SaveProgress();
        using (var now = Start("label"))
        {
            now.Fanout(1).ShouldBe(1);
            now.SaveProgress();
        }

        _joined.Clear();
        using var task = Start(next);
        while (task.HasFanout) task.Fanout(10);
        _joined.Order(StringComparer.Ordinal).ShouldBe(rows);
        task.SaveProgress();
        using var again = Start(next);
        again.HasFanout.ShouldBeFalse();
    }

    void IEmissionSink.Emit(in Emission emission) => throw new InvalidOperationException("A nested join emits nothing.");

    void IEmissionSink.DeadLetter(OutgoingRecord record) => throw new InvalidOperationException("No row is bad.");

    void IEmissionSink.Send(in InternalRecord record)
    {
        if (record.Topic == "user-stars-progress") _notes.Add(new LogRecord(0, 0, _notes.Count, 0, record.Key.ToArray(), OptionalBytes.From(record.IsTombstone ? null : record.Value.ToArray()), []));
        else _joined.Add($"{Encoding.UTF8.GetString(record.Key)} {Encoding.UTF8.GetString(record.Value).Replace("\"user\":\"ann\",\"repoId\":7,", "", StringComparison.Ordinal)}");
    }

    /// <summary>Restores three rows; what is joined to them has been read.</summary>
    private JoinTask Start(string field)
    {
        var topology = JoinTopology.BuildTopology(Definition(field));
        var part = topology.SubTopologies.Single(part => part.Kind == SubTopologyKind.Nested);
        var partitions = topology.Topics.ToDictionary(topic => topic, _ => 1);
        var tables = new BroadcastTables(part, partitions, new JoinOptions());
        tables.Process(Record(part.IndexOf(SourceRole.Broadcast), 0, "7", """{"id":7,"name":"lib"}"""));
        var task = JoinTask.Create(topology, part, 0, new TaskPorts(partitions, this, new JoinCounts(), NullLogger.Instance, TimeProvider.System), tables);
        foreach (var note in _notes) task.Restore(note with { Source = part.IndexOf(SourceRole.Progress) });
        for (var row = 1; row <= 3; row++) task.Restore(Record(SubTopology.LeadIndex, row, $"s{row}", """{"user":"ann","repoId":7}"""));
        task.CompleteRestore();
        while (_notes.Count == 0 && task.HasFanout) task.Fanout(10);
        return task;
    }

    private static LogRecord Record(int source, long offset, string key, string value) => new(source, 0, offset, 0, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), []);

    private static EntityDefinition Definition(string field)
    {
        var result = DefinitionLoader.LoadText(
            $$"""
            entity: user
            root: { topic: users, key: id }
            relations:
              stars:
                from: stars
                key: user
                match: id
                many: true
                embed: stars
                strategy: broadcast
                relations:
                  repo: { from: repos, key: id, match: repoId, set: { {{field}}: name } }
            output: { topic: profiles }
            """,
            "test.yaml");
        result.Problems.ShouldBeEmpty();
        return result.Definitions[0];
    }
}
