using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using EntitySync.Core.Replay;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <param name="ReplayId">The replay; null when the request named none and planning failed, then it is the execution's name.</param>
/// <param name="Error">What the state machine caught; null when all slices are through.</param>
public sealed record FinishReplayState(
    [property: JsonPropertyName("replayId")] string? ReplayId,
    [property: JsonPropertyName("error")] CaughtError? Error);

/// <param name="State">State of the execution at its end.</param>
/// <param name="ExecutionName">Name of the execution.</param>
public sealed record FinishReplayInput(
    [property: JsonPropertyName("state")] FinishReplayState State,
    [property: JsonPropertyName("executionName")] string ExecutionName);

/// <summary>Last state of the replay: notes how it ended. The checkpoint stays in either case.</summary>
public sealed class FinishReplay(ReplayFinisher finisher, TimeProvider clock)
{
    public FinishReplay()
        : this(Startup.Services.GetRequiredService<ReplayFinisher>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="Core.Errors.TransientException">The store is unreachable; call again.</exception>
    public async Task<ReplayEnd> HandleAsync(FinishReplayInput input, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        return await time.RunAsync(token => finisher.FinishAsync(input.State.ReplayId ?? input.ExecutionName, input.ExecutionName, input.State.Error, token));
    }
}
