using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>
/// Accepts a request: begins a new version, or goes on with the one that is being built. The order that everything rests on: the version's table is made, then live events
/// reach the version (it is registered as building), then the ends of the partitions are measured. So whatever stands before an end is filled, and whatever comes behind it
/// is brought by an invocation that knows the version.
/// </summary>
public sealed class RebuildPlanner(
    ReadModelCatalog catalog,
    IReadModelRegistry registry,
    IReadModelTables tables,
    ITopicReader reader,
    VersionRemoval removal,
    RebuildOptions options,
    TimeProvider clock,
    ILogger<RebuildPlanner> logger)
{
    /// <param name="request">As it was typed.</param>
    /// <param name="startedAt">When the execution began: what it has done itself already is not done again.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidRequestException">The request has mistakes, a topic is not there, or retention has removed events.</exception>
    /// <exception cref="TransientException">Registry, tables or broker failed; call again.</exception>
    public async Task<RebuildPlan> PlanAsync(RebuildRequest request, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        if (!catalog.TryGet(request.ReadModel, out var definition)) throw new InvalidRequestException(catalog.DescribeUnknown(request.ReadModel));
        var plan = request.RollbackTo is { } version
            ? await PlanRollbackAsync(request, version, cancellationToken)
            : await PlanRebuildAsync(request, definition, startedAt, cancellationToken);
        logger.LogInformation("{ReadModel}: {Message}", plan.ReadModel, plan.Message);
        return plan;
    }

    private async Task<RebuildPlan> PlanRollbackAsync(RebuildRequest request, int version, CancellationToken cancellationToken)
    {
        var state = await registry.GetAsync(request.ReadModel, cancellationToken);
        if (state?.Live == version || state?.Previous == version) return Plan(request, version, RebuildPlan.Rollback, $"Version {version} is to answer.");
        var kept = state?.Previous is { } previous ? $"version {previous} is kept for it" : "none is kept for it";
        throw new InvalidRequestException($"Read model '{request.ReadModel}' cannot be rolled back to version {version}: {kept}, and {(state?.Live is { } live ? $"version {live}" : "no version")} answers.");
    }

    private async Task<RebuildPlan> PlanRebuildAsync(RebuildRequest request, ReadModelDefinition definition, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var state = await registry.GetAsync(request.ReadModel, cancellationToken);
        if (state?.Version(state.Live) is { } live && live.Fingerprint == definition.Fingerprint && live.SwitchedAt > startedAt && state.Building is null)
            return Plan(request, live.Number, RebuildPlan.Fill, $"Version {live.Number} was rebuilt meanwhile.");

        var given = await RefuseOrGiveUpAsync(request, definition, state, startedAt, cancellationToken);
        state = (await registry.ChangeAsync(request.ReadModel, held => held.Begin(definition, given, clock.GetUtcNow()), cancellationToken))!;
        var removed = await removal.RemoveAsync(state, cancellationToken);
        var version = (state.Version(state.Building) ?? state.BeingMade())!;
        var id = new ReadModelVersionId(request.ReadModel, version.Number);
        if (state.Building is null)
        {
            if (!await tables.EnsureAsync(id, definition.Indexes, cancellationToken))
                return Plan(request, version.Number, RebuildPlan.Wait, Sentences(removed, $"The table of version {version.Number} is being made.")) with { WaitSeconds = (int)Math.Ceiling(options.TablePause.TotalSeconds) };
            state = (await registry.ChangeAsync(request.ReadModel, held => held?.Build(version.Number), cancellationToken))!;
            if (state.Building != version.Number) throw new ConflictException($"Another rebuild of '{request.ReadModel}' was first: version {state.Building ?? state.LastNumber} is being built.");
        }

        return await PlanSlicesAsync(request, definition, id, removed, cancellationToken);
    }

    /// <returns>The version that is being built and cannot be gone on with; null when there is none.</returns>
    private async Task<int?> RefuseOrGiveUpAsync(RebuildRequest request, ReadModelDefinition definition, ReadModelState? state, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var ranges = await TopicRanges.MeasureAsync(reader, definition, cancellationToken);
        IReadOnlyList<FillCheckpoint> checkpoints = [];
        int? given = null;
        if (state?.Version(state.Building) is { } building && building.Fingerprint == definition.Fingerprint)
        {
            checkpoints = await registry.GetCheckpointsAsync(new ReadModelVersionId(request.ReadModel, building.Number), cancellationToken);
            if ((request.StartAnew && building.CreatedAt < startedAt) || ranges.AreOfAnotherTopic(checkpoints)) (given, checkpoints) = (building.Number, []);
        }

        if (!request.AllowTruncated) ranges.RefuseTruncated(request.ReadModel, checkpoints);
        return given;
    }

    private async Task<RebuildPlan> PlanSlicesAsync(RebuildRequest request, ReadModelDefinition definition, ReadModelVersionId id, string removed, CancellationToken cancellationToken)
    {
        var held = await registry.GetCheckpointsAsync(id, cancellationToken);
        var ranges = await TopicRanges.MeasureAsync(reader, definition, cancellationToken);
        foreach (var checkpoint in ranges.Begin(held)) await registry.SaveCheckpointAsync(id, checkpoint, cancellationToken);
        var checkpoints = await registry.GetCheckpointsAsync(id, cancellationToken);
        var slices = checkpoints.Where(checkpoint => !checkpoint.IsCaughtUp).Select(checkpoint => checkpoint.Slice).ToList();
        var message = held.Count == 0
            ? $"Version {id.Number} is filled from {checkpoints.Count} partitions, {checkpoints.Sum(checkpoint => checkpoint.End - checkpoint.First)} offsets."
            : $"Version {id.Number} goes on with {slices.Count} of {checkpoints.Count} partitions, {checkpoints.Sum(checkpoint => Math.Max(0, checkpoint.End - checkpoint.Next))} offsets are left.";
        return Plan(request, id.Number, RebuildPlan.Fill, Sentences(removed, message)) with { Slices = slices };
    }

    private static RebuildPlan Plan(RebuildRequest request, int version, string outcome, string message) =>
        new(request.ReadModel, version, outcome, 0, [], request.MaximumLag, request.AllowTruncated, message);

    private static string Sentences(string first, string second) => first.Length == 0 ? second : $"{first} {second}";
}
