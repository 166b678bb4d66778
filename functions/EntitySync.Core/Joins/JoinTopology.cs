using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Joins;

public enum SourceRole
{
    /// <summary>The entity's root records.</summary>
    Root,

    /// <summary>Requests to emit the latest state of a key once more.</summary>
    Replay,
}

/// <summary>A topic that a topology reads.</summary>
/// <param name="RestoresState">True when a task rebuilds its state by reading this topic again up to its committed position.</param>
public sealed record JoinSource(string Topic, SourceRole Role, bool RestoresState);

/// <summary>
/// What an entity's join topology reads and writes. Immutable; container, test driver and simulation build their tasks from the same one.
/// </summary>
public sealed record JoinTopology
{
    /// <summary>Stage name in dead letters.</summary>
    public const string Stage = "join";

    public required EntityDefinition Definition { get; init; }

    /// <summary>Sources; all have as many partitions as the root topic, and task <c>p</c> reads partition <c>p</c> of each.</summary>
    public required ImmutableArray<JoinSource> Sources { get; init; }

    public required string EmissionTopic { get; init; }

    public required string DeadLetterTopic { get; init; }

    public string Entity => Definition.Entity;

    public JoinSource Root => Sources[RootIndex];

    /// <summary>Index of the root source; always the first.</summary>
    public const int RootIndex = 0;

    /// <summary>All topics that must exist before a task can work.</summary>
    public IEnumerable<string> Topics => Sources.Select(source => source.Topic).Append(EmissionTopic).Append(DeadLetterTopic);

    /// <exception cref="InvalidRequestException">The definition asks for a join that the topology does not make.</exception>
    public static JoinTopology BuildTopology(EntityDefinition definition)
    {
        RefuseUnsupported(definition);
        var isTable = definition.Root.Kind == RootKind.Table;
        var root = new JoinSource(definition.Root.Topic, SourceRole.Root, RestoresState: isTable);
        var replay = new JoinSource(definition.ReplayTopic(), SourceRole.Replay, RestoresState: false);
        return new JoinTopology
        {
            Definition = definition,
            Sources = isTable ? [root, replay] : [root],
            EmissionTopic = definition.EmissionTopic(),
            DeadLetterTopic = definition.DeadLetterTopic(),
        };
    }

    private static void RefuseUnsupported(EntityDefinition definition)
    {
        if (definition.Root.Format != DocumentFormat.Json)
        {
            throw Refusal(definition, $"the join topology reads roots of format json, not {definition.Root.Format}");
        }

        var joined = definition.AllRelations.FirstOrDefault(relation => relation.Strategy != Strategy.Lookup);
        if (joined is not null)
        {
            throw Refusal(definition, $"relation '{joined.Name}' has strategy {joined.Strategy}; the join topology hands relations on to lookup only");
        }

        if (definition.Emit.When != EmitWhen.Always) throw Refusal(definition, $"the join topology emits always, not {definition.Emit.When}");
        if (definition.Emit.Once) throw Refusal(definition, "the join topology does not keep what it has emitted, which emit.once needs");
    }

    private static InvalidRequestException Refusal(EntityDefinition definition, string reason) =>
        new($"Entity '{definition.Entity}'{(definition.SourceFile.Length > 0 ? $" ({definition.SourceFile})" : "")}: {reason}.");
}
