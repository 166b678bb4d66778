using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Core.Replay;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <param name="Request">The execution's input, as it was typed.</param>
/// <param name="Plan">What was planned; null when planning failed.</param>
/// <param name="Error">What the state machine caught; null when all partitions are caught up.</param>
public sealed record FinishRebuildState(
    [property: JsonPropertyName("request")] JsonElement Request,
    [property: JsonPropertyName("plan")] RebuildPlan? Plan,
    [property: JsonPropertyName("error")] CaughtError? Error)
{
    /// <summary>The read model that the request names, however wrong the rest of it is.</summary>
    internal string? ReadModel =>
        Request.ValueKind == JsonValueKind.Object && Request.TryGetProperty("readModel", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
}

/// <param name="State">State of the execution at its end.</param>
public sealed record FinishRebuildInput([property: JsonPropertyName("state")] FinishRebuildState State);

/// <summary>Last state of the rebuild: lets the new version answer, or notes why it does not.</summary>
public sealed class FinishRebuild(RebuildFinisher finisher, TimeProvider clock)
{
    public FinishRebuild()
        : this(Startup.Services.GetRequiredService<RebuildFinisher>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="Core.Errors.TransientException">The registry is unreachable; call again.</exception>
    public async Task<RebuildEnd> HandleAsync(FinishRebuildInput input, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        return await time.RunAsync(token => finisher.FinishAsync(input.State.ReadModel, input.State.Plan, input.State.Error, token));
    }
}
