using Amazon.Lambda.Core;
using EntitySync.Core.ReadModels.Rebuild;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>Fills the version that is being built from one partition for as long as its time allows; the state machine calls it until the partition is caught up.</summary>
public sealed class FillReadModel(ReadModelFiller filler, TimeProvider clock)
{
    public FillReadModel()
        : this(Startup.Services.GetRequiredService<ReadModelFiller>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="Core.Errors.TransientException">Topic, table or registry failed; the checkpoint stands, call again.</exception>
    /// <exception cref="Core.Errors.InvalidRequestException">Calling again would fail again.</exception>
    public async Task<FillOutcome> HandleAsync(FillRequest input, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        return await time.RunAsync(token => filler.FillAsync(input, time.Deadline, token));
    }
}
