using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Simulation.Workload;

/// <summary>What the records of a root topic are.</summary>
public enum RootShape
{
    /// <summary>The latest state of an entity, under its key.</summary>
    Table,

    /// <summary>Change events of a table whose primary key is not the entity's key.</summary>
    Changes,

    /// <summary>Events, some without key.</summary>
    Stream,
}

/// <summary>Gives the definitions of the grid other roots, rules of emission, and keys of several columns. Drawn after everything else.</summary>
public static class ShapeGrid
{
    /// <summary>Second column of keys, in roots and rows alike.</summary>
    public const string SecondColumn = "x";

    public static SimulationCase Draw(Dice dice, SimulationCase simulated, IReadOnlyList<RootShape>? roots)
    {
        var definition = simulated.Definition;
        definition = definition with { Relations = DrawKeys(dice, definition.Relations), Root = Root(definition.Root, dice.Pick(roots ?? [RootShape.Table, RootShape.Table, RootShape.Table, RootShape.Changes, RootShape.Stream])) };
        definition = definition with { Emit = DrawEmit(dice, definition) };
        var options = simulated.Options with { WaitingEvents = dice.Pick([1, 2, 100]), RecentValues = dice.Pick([0, 1, 2, 100]) };
        return simulated with { Definition = definition, Options = options };
    }

    public static RootDefinition Root(RootDefinition root, RootShape shape) => shape switch
    {
        RootShape.Changes => root with { Format = DocumentFormat.Debezium },
        RootShape.Stream => root with { Kind = RootKind.Stream },
        _ => root,
    };

    private static EmitDefinition DrawEmit(Dice dice, EntityDefinition definition)
    {
        var complete = definition.Relations.Where(_ => dice.Chance(15)).Select(relation => relation.Name).ToImmutableArray();
        var isOnce = dice.Chance(15);
        return definition.Root.Kind == RootKind.Stream ? new EmitDefinition { Complete = complete } : definition.Emit with { Complete = complete, Once = isOnce };
    }

    private static ImmutableArray<RelationDefinition> DrawKeys(Dice dice, ImmutableArray<RelationDefinition> relations) =>
        [.. relations.Select(relation => DrawKey(dice, relation) with { Relations = DrawKeys(dice, relation.Relations) })];

    private static RelationDefinition DrawKey(Dice dice, RelationDefinition relation)
    {
        var (key, match, second) = (relation.Key.Path!, relation.Match.Path!, SampleDefinitions.Path(SecondColumn));
        return dice.Below(8) switch
        {
            0 => relation with { Key = KeyDefinition.Of(key, second), Match = KeyDefinition.Of(match, second) },
            1 => relation with { Key = Computed($"{{{key}}}-{{{second}}}"), Match = Computed($"{{{match}}}-{{{second}}}") },
            2 => relation with { Key = new([Column($"{{{key}}}"), KeyColumn.Of(second)]), Match = new([KeyColumn.Of(match), Column($"{{{second}}}")]) },
            _ => relation,
        };
    }

    private static KeyDefinition Computed(string template) => new([Column(template)]);

    private static KeyColumn Column(string template) => KeyColumn.TryParseTemplate(template, LetterCase.Upper)!;
}
