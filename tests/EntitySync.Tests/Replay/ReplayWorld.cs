using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Replay;

/// <summary>A store, a topic and an id source, and any number of "processes" that replay over them.</summary>
internal sealed class ReplayWorld
{
    public ReplayWorld(int ids = 10, int pageSize = 3, EntityDefinition? definition = null)
    {
        Definition = definition ?? SampleDefinitions.Item() with { Replay = SampleDefinitions.Item().Replay! with { PageSize = pageSize } };
        Source = new SortedIdSource(SortedIdSource.Numbered(ids));
        Store = new InMemoryReplayStore(Clock);
    }

    public EntityDefinition Definition { get; }

    public LeapingClock Clock { get; } = new();

    public InMemoryReplayStore Store { get; }

    public SortedIdSource Source { get; }

    public RecordingTopicWriter Topic { get; } = new();

    public ReplayOptions Options { get; } = new();

    /// <summary>Keys in the replay topic, in order.</summary>
    public IReadOnlyList<string> Published => [.. Topic.To("item-replay").Select(record => Encoding.UTF8.GetString(record.Key!.Value.Span))];

    public static ReplayRequest Request(string? replayId = null) => new() { Entity = "item", ReplayId = replayId };

    /// <summary>An item definition whose ids are scanned from a table, in so many segments.</summary>
    public static EntityDefinition Scanned(int segments, int pageSize = 3) => SampleDefinitions.Item() with
    {
        Replay = new ReplayDefinition(
            new DynamoDbIdSourceDefinition("items", "sku", ImmutableSortedDictionary<string, DynamoDbIndexDefinition>.Empty.Add("deliveryClass", new("by-class", "deliveryClass")), segments),
            PageSize: pageSize),
    };

    public ReplayPlanner Planner(ReplayStep? step = null) => new(new EntityCatalog([Definition]), Stepped(step), Clock, NullLogger<ReplayPlanner>.Instance);

    public ReplayFinisher Finisher(ReplayStep? step = null) => new(Stepped(step), NullLogger<ReplayFinisher>.Instance);

    public ReplayPublisher Publisher(ReplayStep? step = null)
    {
        var source = new SteppedIdSource(Source, step ?? Nothing);
        var sources = new IdSources(new Dictionary<Type, IIdSource> { [typeof(SolrIdSourceDefinition)] = source, [typeof(DynamoDbIdSourceDefinition)] = source });
        return new ReplayPublisher(
            new EntityCatalog([Definition]), Stepped(step), sources, new SteppedTopicWriter(Topic, step ?? Nothing), Options, Clock, NullLogger<ReplayPublisher>.Instance);
    }

    public Task<PublishOutcome> PublishAsync(string replayId, string owner, ReplayStep? step = null, TimeSpan? remaining = null, string part = "slice#0000") =>
        Publisher(step).PublishAsync(replayId, part, owner, Clock.GetUtcNow() + (remaining ?? TimeSpan.FromMinutes(14)), CancellationToken.None);

    /// <summary>Does what the state machine does, without its retries.</summary>
    public async Task<ReplayEnd> ExecuteAsync(ReplayRequest request, string execution, ReplayStep? step = null)
    {
        var plan = await Planner(step).PlanAsync(request, execution, CancellationToken.None);
        foreach (var slice in plan.Slices)
        {
            PublishOutcome outcome;
            var invocation = 0;
            do
            {
                outcome = await PublishAsync(plan.ReplayId, $"{execution}/{slice}/{invocation++}", step, part: slice);
                Clock.Advance(TimeSpan.FromSeconds(outcome.WaitSeconds));
            }
            while (outcome.Outcome is PublishOutcome.More or PublishOutcome.Busy);
        }

        return await Finisher(step).FinishAsync(plan.ReplayId, execution, null, CancellationToken.None);
    }

    public async Task<ReplayRecord> RecordAsync(string replayId) => (await Store.FindAsync(replayId, CancellationToken.None)).ShouldNotBeNull();

    private static Task Nothing(string effect) => Task.CompletedTask;

    private IReplayStore Stepped(ReplayStep? step) => step is null ? Store : new SteppedReplayStore(Store, step);
}
