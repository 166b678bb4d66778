using System.Text.Json;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.Replay;

namespace EntitySync.Adapters.StepFunctions;

/// <summary>Starts the state machine of <see cref="EntitySyncSettings.ReplayStateMachineArn"/>.</summary>
public sealed class StepFunctionsReplayStarter(IAmazonStepFunctions client, EntitySyncSettings settings) : IReplayStarter
{
    public async Task<ReplayStart> StartAsync(string name, ReplayRequest request, CancellationToken cancellationToken)
    {
        var start = new StartExecutionRequest
        {
            StateMachineArn = settings.ReplayStateMachineArn,
            Name = name,
            Input = JsonSerializer.Serialize(request, ReplayJson.Default.ReplayRequest),
        };
        try
        {
            await StepFunctionsErrors.CallAsync("StartExecution", settings.ReplayStateMachineArn, () => client.StartExecutionAsync(start, cancellationToken), cancellationToken);
            return ReplayStart.Started;
        }
        catch (ConflictException)
        {
            return ReplayStart.AlreadyExists;
        }
    }
}
