using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;
using EntitySync.Tests.Joins.Debezium;

namespace EntitySync.Tests.Joins.Nested;

/// <summary>
/// One definition under several assignments of strategies, the same steps for each. Whenever all has been read, the last output of each key is the oracle's, and
/// the same bytes with each assignment.
/// </summary>
internal sealed class NestedRun : IDisposable
{
    private static readonly ChangeEvents Events = new("postgresql", HasSchema: false);

    private readonly EntityDefinition _definition;
    private readonly List<(string Name, TopologyDriver Driver, Dictionary<string, string?> Last)> _worlds = [];
    private readonly Dictionary<(string Topic, string Key), JsonObject> _rows = [];
    private readonly Dictionary<string, DocumentFormat> _formats;
    private readonly int _partitions;
    private int _compared;

    private NestedRun(EntityDefinition definition, IReadOnlyList<ImmutableArray<Strategy>> assignments, int partitions)
    {
        _definition = definition;
        _partitions = partitions;
        _formats = definition.AllRelations.DistinctBy(relation => relation.From).ToDictionary(relation => relation.From, relation => relation.Format, StringComparer.Ordinal);
        _formats[NestedMaker.Root] = definition.Root.Format;
        foreach (var strategies in assignments)
        {
            var next = 0;
            _worlds.Add((string.Join(' ', strategies), new TopologyDriver(With(definition, strategies, ref next), partitions), new Dictionary<string, string?>(StringComparer.Ordinal)));
        }
    }

    /// <param name="definition">With any strategies.</param>
    /// <param name="assignments">A strategy for each relation, nested ones after their parent.</param>
    /// <param name="partitions">Of every topic.</param>
    /// <param name="steps">What happens.</param>
    /// <param name="compared">How many last outputs were compared.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? FindProblem(EntityDefinition definition, IReadOnlyList<ImmutableArray<Strategy>> assignments, int partitions, IEnumerable<NestedStep> steps, out int compared)
    {
        using var run = new NestedRun(definition, assignments, partitions);
        var problem = steps.Select(run.FindProblemAfter).FirstOrDefault(found => found is not null);
        compared = run._compared;
        return problem;
    }

    public void Dispose() => _worlds.ForEach(world => world.Driver.Dispose());

    private string? FindProblemAfter(NestedStep step)
    {
        Take(step);
        return step.IsSettled ? Check() : null;
    }

    private void Take(NestedStep step)
    {
        if (step.Topic is { } topic && step.Row is { } row) _rows[(topic, step.Key)] = JsonNode.Parse(row)!.AsObject();
        else if (step.Topic is not null) _rows.Remove((step.Topic, step.Key));
        foreach (var (_, driver, _) in _worlds)
        {
            if (step.Topic is null) driver.Restart();
            else Write(driver, step);
        }
    }

    private void Write(TopologyDriver driver, NestedStep step)
    {
        var isChangeEvent = _formats[step.Topic!] == DocumentFormat.Debezium;
        var key = Encoding.UTF8.GetBytes(isChangeEvent ? Events.Key($$"""{"id":"{{step.Key}}"}""") : step.Key);
        var text = !isChangeEvent ? step.Row : step.Row is null ? Events.Delete("null") : Events.Update(step.Row);
        var value = text is null ? null : Encoding.UTF8.GetBytes(text);
        var partition = Murmur2Partitioner.PartitionFor(Encoding.UTF8.GetBytes(step.Key), _partitions);
        if (step.IsSettled) driver.Pipe(step.Topic!, key, value, partition);
        else driver.Write(step.Topic!, key, value, partition);
    }

    private string? Check()
    {
        foreach (var (_, driver, last) in _worlds)
        {
            foreach (var output in driver.Outputs.Where(output => output.Topic == _definition.Output.Topic)) last[Text(output.Key)!] = Text(output.Value);
        }

        foreach (var key in _worlds.SelectMany(world => world.Last.Keys).Concat(_rows.Keys.Where(row => row.Topic == NestedMaker.Root).Select(row => row.Key)).Distinct().ToList())
        {
            if (CheckKey(key) is { } problem) return $"{key}: {problem}";
        }

        return null;
    }

    private string? CheckKey(string key)
    {
        var root = _rows.GetValueOrDefault((NestedMaker.Root, key))?.DeepClone().AsObject();
        if (root is not null && NaiveTopology.Apply(_definition, root, Table) != NaiveEnrichment.Verdict.Emitted) return null; // what was emitted before stays
        _compared++;
        foreach (var (name, _, last) in _worlds)
        {
            if (!last.TryGetValue(key, out var output)) return root is null ? null : $"{name} has no output, the oracle {root.ToJsonString()}";
            if (output is null != root is null || (output is not null && !JsonNode.DeepEquals(JsonNode.Parse(output), root))) return $"{name} has {output ?? "a tombstone"}, the oracle {root?.ToJsonString() ?? "a tombstone"}";
            if (output != _worlds[0].Last[key]) return $"{name} has {output}, {_worlds[0].Name} {_worlds[0].Last[key]}";
        }

        return null;
    }

    private IEnumerable<(string Key, JsonObject Row)> Table(string topic) => _rows.Where(row => row.Key.Topic == topic).Select(row => (row.Key.Key, row.Value));

    private static EntityDefinition With(EntityDefinition definition, ImmutableArray<Strategy> strategies, ref int next) => definition with { Relations = With(definition.Relations, strategies, ref next) };

    private static ImmutableArray<RelationDefinition> With(ImmutableArray<RelationDefinition> relations, ImmutableArray<Strategy> strategies, ref int next)
    {
        var result = ImmutableArray.CreateBuilder<RelationDefinition>();
        foreach (var relation in relations)
        {
            var strategy = strategies[next++];
            result.Add(relation with { Strategy = strategy, Relations = With(relation.Relations, strategies, ref next) });
        }

        return result.ToImmutable();
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } text ? Encoding.UTF8.GetString(text.Span) : null;
}
