using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using EntitySync.Core.Replay;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <param name="Request">The execution's input, as it was typed or sent: a <see cref="ReplayRequest"/>.</param>
/// <param name="ExecutionName">Name of the execution; the replay's id when the request names none.</param>
public sealed record PlanReplayInput(
    [property: JsonPropertyName("request")] JsonElement Request,
    [property: JsonPropertyName("executionName")] string ExecutionName);

/// <summary>First state of the replay: accepts the request, creates or resumes the replay, names its slices.</summary>
public sealed class PlanReplay(ReplayPlanner planner, TimeProvider clock)
{
    public PlanReplay()
        : this(Startup.Services.GetRequiredService<ReplayPlanner>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="Core.Errors.InvalidRequestException">The request has mistakes; the message is for the person who started it.</exception>
    /// <exception cref="Core.Errors.TransientException">The store is unreachable; call again.</exception>
    public async Task<ReplayPlan> HandleAsync(PlanReplayInput input, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        return await time.RunAsync(token => planner.PlanAsync(ReplayRequestReader.Read(input.Request), input.ExecutionName, token));
    }
}
