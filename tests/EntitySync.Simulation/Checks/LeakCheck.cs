using System.Buffers.Binary;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Simulation.Oracle;
using EntitySync.Testing;

namespace EntitySync.Simulation.Checks;

/// <summary>At rest nothing is left over: questions and answers are those of the values in use, rows those of the tables, dead letters those of the bad records.</summary>
public sealed class LeakCheck(WorldHistory history)
{
    private SimulatedWorld World => history.World;

    public IEnumerable<string> Problems() => history.Join.IsNested ? JoinProblems() : JoinProblems().Concat(WorldProblems());

    private IEnumerable<string> WorldProblems()
    {
        if (World.Log.HasOpenTransaction) yield return "a transaction is open";
        foreach (var task in World.Tasks.Where(task => task.Task is null or { HasFanout: true } or { HasUnsavedProgress: true })) yield return $"{task.Name} is not at rest";
        foreach (var problem in DeadLetterProblems()) yield return problem;
        foreach (var problem in history.Definition.Emit.Once && World.Case.IsExactlyOnce ? EmittedProblems() : []) yield return problem;
    }

    /// <summary>What was emitted is noted, until the tombstone is.</summary>
    private IEnumerable<string> EmittedProblems()
    {
        var noted = history.Notes().Where(note => note.Key![0] == (byte)'E').Select(note => Encoding.UTF8.GetString(note.Key.AsSpan(1))).ToList();
        var emitted = history.Outputs.Where(outputs => outputs.Value[^1].Document is not null).Select(outputs => outputs.Key).ToList();
        foreach (var extra in noted.Except(emitted)) yield return $"{extra} is noted as emitted, and is not";
        foreach (var lost in emitted.Except(noted)) yield return $"{lost} is not noted as emitted";
    }

    private IEnumerable<string> JoinProblems()
    {
        foreach (var relation in history.Definition.Relations.Where(relation => relation.Strategy == Strategy.Shuffle))
        {
            var wanted = history.IsStream ? null : Wanted(relation).ToHashSet(StringComparer.Ordinal);
            foreach (var problem in wanted is null ? RecentProblems(relation) : Compare(history.Definition.QuestionsTopic(relation), wanted, record => $"{Trace.Show(record.Key![..^4])} of {BinaryPrimitives.ReadInt32BigEndian(record.Key.AsSpan(record.Key.Length - 4))}")) yield return problem;
            foreach (var problem in wanted is null ? [] : Compare(history.Definition.AnswersTopic(relation), wanted, record => $"{Trace.Show(record.Key)} of {record.Position.Partition}")) yield return problem;
            var rows = history.LastRelated.Where(entry => entry.Key.Relation == relation).SelectMany(entry => RowUnder(relation, entry.Key.Key, entry.Value));
            foreach (var problem in Compare(history.Definition.RowsTopic(relation), rows.ToHashSet(StringComparer.Ordinal), record => Trace.Show(record.Key))) yield return problem;
        }
    }

    /// <summary>A stream's tasks go on asking for the values they have used last, and for no more.</summary>
    private IEnumerable<string> RecentProblems(RelationDefinition relation) =>
        from asking in history.Held(history.Definition.QuestionsTopic(relation)).GroupBy(question => BinaryPrimitives.ReadInt32BigEndian(question.Key.AsSpan(question.Key!.Length - 4)))
        where asking.Count() > World.Case.Options.RecentValues
        select $"partition {asking.Key} still asks for {asking.Count()} values of {relation.Name}";

    private IEnumerable<string> Wanted(RelationDefinition relation) =>
        from root in history.Roots
        where root.Value[^1].Row is not null
        let partition = World.Log.PartitionFor(history.Definition.Root.Topic, Encoding.UTF8.GetBytes(root.Key))
        from value in NaiveKeys.Of(root.Value[^1].Row!, relation.Match)
        select $"{Trace.Show(Encoding.UTF8.GetBytes(value))} of {partition}";

    private static IEnumerable<string> RowUnder(RelationDefinition relation, string key, System.Text.Json.Nodes.JsonObject? row) =>
        from value in row is null ? [] : NaiveKeys.Of(row, relation.Key)
        let bytes = Encoding.UTF8.GetBytes(value)
        select Trace.Show([(byte)bytes.Length, .. bytes, .. Encoding.UTF8.GetBytes(key)]);

    private IEnumerable<string> Compare(string topic, HashSet<string> wanted, Func<Log.StoredRecord, string> name)
    {
        var held = history.Held(topic).Select(name).ToList();
        var mayRepeat = !World.Case.IsExactlyOnce && World.Sources.Any(source => source.Role == SourceRole.Answers && source.Topic == topic);
        foreach (var extra in mayRepeat ? [] : held.Except(wanted)) yield return $"{topic} still holds {extra}";
        foreach (var lost in wanted.Except(held)) yield return $"{topic} lacks {lost}";
    }

    private IEnumerable<string> DeadLetterProblems()
    {
        var letters = World.Log.Topic(World.Topology.DeadLetterTopic).SelectMany(partition => partition.ReadAll())
            .GroupBy(record => OutputRecord.Header(record, HeaderNames.DeadLetterPosition)!)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        var bad = World.Written.Where(written => written.IsBad).Select(written => written.Record.Position.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var position in bad.Where(position => !letters.ContainsKey(position))) yield return $"no dead letter for {position}";
        foreach (var (position, records) in letters)
        {
            var reason = OutputRecord.Header(records[0], HeaderNames.DeadLetterReason);
            if (!bad.Contains(position) && !World.MayForbid) yield return $"dead letter for {position}, which is good: {reason}";
            if (bad.Contains(position) && World.Case.IsExactlyOnce && records.Count > 1 && !IsBroadcast(position)) yield return $"{records.Count} dead letters for {position}: {reason}";
        }
    }

    private bool IsBroadcast(string position) =>
        World.Sources.Any(source => source.Role == SourceRole.Broadcast && position.StartsWith(source.Topic + "-", StringComparison.Ordinal));
}
