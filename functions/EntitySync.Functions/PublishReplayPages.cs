using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using EntitySync.Core.Replay;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <param name="ReplayId">The replay.</param>
/// <param name="Slice">One of its slices, e.g. <c>slice#0000</c>.</param>
public sealed record PublishReplayPagesInput(
    [property: JsonPropertyName("replayId")] string ReplayId,
    [property: JsonPropertyName("slice")] string Slice);

/// <summary>Publishes pages of one slice for as long as its time allows; the state machine calls it until the slice is done.</summary>
public sealed class PublishReplayPages(ReplayPublisher publisher, TimeProvider clock)
{
    public PublishReplayPages()
        : this(Startup.Services.GetRequiredService<ReplayPublisher>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="Core.Errors.TransientException">Id source, topic or store failed; the checkpoint stands, call again.</exception>
    /// <exception cref="Core.Errors.InvalidRequestException">Calling again would fail again.</exception>
    public async Task<PublishOutcome> HandleAsync(PublishReplayPagesInput input, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        // The owner must differ from every other invocation's, a retry by the service under the same request id included.
        var owner = $"{context.AwsRequestId}/{Guid.NewGuid():N}";
        return await time.RunAsync(token => publisher.PublishAsync(input.ReplayId, input.Slice, owner, time.Deadline, token));
    }
}
