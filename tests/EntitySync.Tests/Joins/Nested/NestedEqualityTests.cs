using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Joins.Nested;

/// <summary>
/// Guarantee 1 with nested relations: random definitions of one to three levels below the first, every relation with a strategy of its own; random changes of
/// all topics, deletes, repetitions and restarts. A failing seed is shrunk and printed; <see cref="OneSeed"/> runs it again.
/// </summary>
public sealed class NestedEqualityTests
{
    private const int Seeds = 40;
    private const int Steps = 50;
    private const int FewestCompared = 2000;

    public static TheoryData<int> Parts() => new(Enumerable.Range(0, 4));

    [Theory]
    [MemberData(nameof(Parts))]
    public void EveryAssignmentOfStrategies_GivesTheOutputsOfTheOracle(int part)
    {
        var compared = 0;
        for (var seed = (part * Seeds) + 1; seed <= (part + 1) * Seeds; seed++) compared += OneSeed(seed);
        compared.ShouldBeGreaterThan(FewestCompared);
    }

    private static int OneSeed(int seed)
    {
        var random = new Random(seed);
        var definition = new NestedMaker(random).Definition();
        var partitions = random.Next(1, 4);
        var assignments = Assignments(random, definition.AllRelations.Count());
        var steps = NestedStep.Draw(random, definition, Steps);
        if (NestedRun.FindProblem(definition, assignments, partitions, steps, out var compared) is null) return compared;
        var fewest = Shrink(steps, fewer => NestedRun.FindProblem(definition, assignments, partitions, fewer, out _) is not null);
        var problem = NestedRun.FindProblem(definition, assignments, partitions, fewest, out _);
        throw new ShouldAssertException($"seed {seed}, {partitions} partitions: {problem}\n{string.Join('\n', definition.Relations.SelectMany(relation => Describe(relation, "  ")))}\n{string.Join('\n', fewest)}");
    }

    private static List<ImmutableArray<Strategy>> Assignments(Random random, int relations)
    {
        List<ImmutableArray<Strategy>> all = [[.. Enumerable.Repeat(Strategy.Broadcast, relations)], [.. Enumerable.Repeat(Strategy.Shuffle, relations)]];
        for (var count = 0; count < 3; count++) all.Add([.. Enumerable.Range(0, relations).Select(_ => random.Next(2) == 0 ? Strategy.Broadcast : Strategy.Shuffle)]);
        return all;
    }

    private static List<NestedStep> Shrink(List<NestedStep> steps, Func<List<NestedStep>, bool> fails)
    {
        for (var size = steps.Count / 2; size > 0; size = size == 1 ? 0 : size / 2)
        {
            for (var at = 0; at < steps.Count;)
            {
                List<NestedStep> fewer = [.. steps.Take(at), .. steps.Skip(at + size)];
                if (fails(fewer)) steps = fewer;
                else at += size;
            }
        }

        return steps;
    }

    private static IEnumerable<string> Describe(RelationDefinition relation, string indent) => relation.Relations.SelectMany(nested => Describe(nested, indent + "  ")).Prepend(
        $"{indent}{relation.Name} {relation.From} {relation.Format} {relation.Key} = {relation.Match} {(relation.Many ? "many" : $"pick {relation.Pick?.Order} {relation.Pick?.Field}")} where {relation.Where.FirstOrDefault()?.Field} "
        + $"order {relation.Order} limit {relation.Limit} set [{string.Join(", ", relation.Set.Select(mapping => $"{mapping.Target} = {mapping.Source}"))}] embed {relation.Embed?.Target} {relation.Embed?.Fields.Length} fields, missing {relation.Missing.Action}");
}
