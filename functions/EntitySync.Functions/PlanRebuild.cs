using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using EntitySync.Core.ReadModels.Rebuild;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <param name="Request">The execution's input, as it was typed: a <see cref="RebuildRequest"/>.</param>
/// <param name="StartedAt">When the execution began.</param>
public sealed record PlanRebuildInput(
    [property: JsonPropertyName("request")] JsonElement Request,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt);

/// <summary>First state of the rebuild: accepts the request, begins a version or goes on with the one that is being built, names the partitions to fill. Called again while a table is being made.</summary>
public sealed class PlanRebuild(RebuildPlanner planner, TimeProvider clock)
{
    public PlanRebuild()
        : this(Startup.Services.GetRequiredService<RebuildPlanner>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="Core.Errors.InvalidRequestException">The request has mistakes, a topic is not there, or retention has removed events; the message is for the person who started it.</exception>
    /// <exception cref="Core.Errors.TransientException">Registry, tables or broker failed; call again.</exception>
    public async Task<RebuildPlan> HandleAsync(PlanRebuildInput input, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        return await time.RunAsync(token => planner.PlanAsync(RebuildRequest.Read(input.Request), input.StartedAt, token));
    }
}
