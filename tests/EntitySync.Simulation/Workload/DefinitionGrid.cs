using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Simulation.Workload;

/// <summary>Definitions of every kind the join topology runs, over one small world of names.</summary>
public static class DefinitionGrid
{
    public const string RootTopic = "things";

    public static SimulationCase Draw(Dice dice, IReadOnlyList<Strategy>? strategies = null, IReadOnlyList<RootShape>? roots = null)
    {
        var allowed = strategies ?? [Strategy.Broadcast, Strategy.Shuffle];
        List<RelationDefinition> relations = [.. Enumerable.Range(0, allowed.Count == 0 ? 0 : dice.Pick([1, 1, 1, 2, 2, 3])).Select(index => DrawRelation(dice, index, dice.Pick(allowed)))];
        var simulated = new SimulationCase
        {
            Definition = Entity(relations, allowed.Count > 0 && dice.Chance(30) ? EmitWhen.OnChange : EmitWhen.Always),
            IsExactlyOnce = dice.Chance(75),
            Partitions = dice.Pick([1, 2, 2, 3]),
            RelatedPartitions = dice.Pick([1, 2, 3]),
            Nodes = dice.Pick([1, 2, 2, 3]),
            Entities = dice.Pick([1, 2, 3, 5]),
            RelatedRows = dice.Pick([1, 2, 3]),
            HasSlowBroadcasts = dice.Chance(40),
            Options = new() { SuppressEqualOutput = dice.Chance(85) },
        };
        relations = relations.ConvertAll(relation => Shape(dice, relation));
        if (relations.Count > 0 && dice.Chance(40)) relations = Nest(dice, relations, allowed);
        return ShapeGrid.Draw(dice, simulated with { Definition = simulated.Definition with { Relations = [.. relations] } }, roots);
    }

    public static EntityDefinition Entity(IEnumerable<RelationDefinition> relations, EmitWhen when = EmitWhen.Always) => new()
    {
        Entity = "thing",
        Root = new RootDefinition(RootTopic, KeyDefinition.Of(Path("id"))),
        Relations = [.. relations],
        Emit = new EmitDefinition(when),
        Output = new OutputDefinition("things-merged"),
    };

    /// <param name="index">Names everything: relation <c>r0</c> joins <c>f0</c> of the root with <c>v</c> of the rows of <c>related0</c>.</param>
    /// <param name="strategy">How it is joined.</param>
    /// <param name="isArray">Whether <c>f0</c> is a list of values.</param>
    /// <param name="order">Order of the pick; null for none.</param>
    /// <param name="isMany">A list of rows instead of one.</param>
    /// <param name="missing">What happens without a row.</param>
    public static RelationDefinition Relation(int index, Strategy strategy, bool isArray = false, PickOrder? order = null, bool isMany = false, MissingRule? missing = null) => new()
    {
        Name = $"r{index}",
        From = $"related{index}",
        Key = KeyDefinition.Of(Path("v")),
        Match = KeyDefinition.Of(Path(isArray ? $"f{index}[]" : $"f{index}")),
        Pick = order is { } by ? new PickDefinition(by, Path("m")) : null,
        Many = isMany,
        Set = isMany ? [] : [new FieldMapping($"t{index}", Path("t")), new FieldMapping($"k{index}", Path("rid"))],
        Embed = isMany ? new EmbedDefinition($"t{index}", [new FieldMapping("t", Path("t")), new FieldMapping("k", Path("rid"))]) : null,
        Missing = missing ?? MissingRule.Omit,
        Strategy = strategy,
    };

    private static RelationDefinition DrawRelation(Dice dice, int index, Strategy strategy)
    {
        var isMany = dice.Chance(30);
        var order = !isMany && dice.Chance(65) ? dice.Pick<PickOrder?>([PickOrder.Min, PickOrder.Min, PickOrder.Max, PickOrder.First]) : null;
        return Relation(index, strategy, dice.Chance(50), order, isMany, DrawMissing(dice, index));
    }

    /// <summary>Drawn last, so that the rest of a case is the same with and without.</summary>
    private static RelationDefinition Shape(Dice dice, RelationDefinition relation) => relation with
    {
        Where = dice.Chance(30) ? [Where("m", dice.Pick<string[]>([["0"], ["0", "2"], ["null", "1"]]))] : [],
        Order = relation.Many && dice.Chance(60) ? new OrderDefinition(Path("m"), dice.Pick([OrderDirection.Ascending, OrderDirection.Descending])) : null,
        Limit = relation.Many && dice.Chance(40) ? 1 + dice.Below(2) : null,
    };

    /// <summary>Gives some relations one or two of their own, and some of those again.</summary>
    private static List<RelationDefinition> Nest(Dice dice, List<RelationDefinition> relations, IReadOnlyList<Strategy> strategies)
    {
        var next = relations.Count;
        return [.. relations.Select(relation => dice.Chance(60) ? WithNested(dice, relation, strategies, ref next) : relation)];
    }

    private static RelationDefinition WithNested(Dice dice, RelationDefinition relation, IReadOnlyList<Strategy> strategies, ref int next)
    {
        var nested = ImmutableArray.CreateBuilder<RelationDefinition>();
        for (var count = dice.Pick([1, 1, 1, 2]); count > 0; count--)
        {
            var made = Shape(dice, DrawRelation(dice, next++, dice.Pick(strategies)));
            nested.Add(dice.Chance(30) ? WithNested(dice, made, strategies, ref next) : made);
        }

        return WithNested(relation, nested.ToArray());
    }

    /// <summary>What the nested ones write is embedded with the row; without <c>embed</c> it has to be named.</summary>
    public static RelationDefinition WithNested(RelationDefinition relation, params ReadOnlySpan<RelationDefinition> nested)
    {
        ImmutableArray<RelationDefinition> relations = [.. nested];
        var shown = relation.Many ? [] : relations.SelectMany(inner => inner.Targets).Select(target => new FieldMapping($"{relation.Name}-{target}", Path(target)));
        return relation with { Relations = relations, Set = [.. relation.Set, .. shown] };
    }

    private static WhereCondition Where(string field, string[] values) => new(Path(field), [.. values.Select(value => Encoding.UTF8.GetBytes(value).ToImmutableArray())]);

    private static MissingRule DrawMissing(Dice dice, int index) => dice.Below(8) switch
    {
        0 or 1 or 2 => SampleDefinitions.MissingSet(($"t{index}", "null")),
        3 or 4 or 5 => MissingRule.Omit,
        6 => new MissingRule(MissingAction.Drop, []),
        _ => new MissingRule(MissingAction.Reject, []),
    };

    private static FieldPath Path(string text) => SampleDefinitions.Path(text);
}
