using System.Text.Json;
using Amazon.Lambda.Core;
using EntitySync.Adapters.CloudFormation;
using EntitySync.Core.Errors;

namespace EntitySync.Functions;

/// <summary>
/// Runs a custom resource of CloudFormation: whatever becomes of the work, the stack is told, for it waits until it is. Nothing is done on a deletion: topics and clusters outlive the stack.
/// </summary>
/// <param name="answers">Sends the answers.</param>
/// <param name="clock">Measures the time that is left.</param>
public sealed class CustomResource(ResourceAnswers answers, TimeProvider clock)
{
    /// <summary>Kept for the answer and its retries.</summary>
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(30);

    private static readonly Lazy<CustomResource> OfTheProcess = new(() => new CustomResource(ResourceAnswers.Create(), TimeProvider.System));

    /// <summary>Works without any setting of the environment, so that a wrong one can be answered.</summary>
    public static CustomResource Default => OfTheProcess.Value;

    /// <param name="message">The event as it came.</param>
    /// <param name="context">Says how much time is left; its logger is told of everything.</param>
    /// <param name="work">Takes the resource's properties, gives what the template may read. May be repeated: CloudFormation and Lambda deliver at least once.</param>
    /// <exception cref="InvalidRequestException">The event names nobody to answer, or the answer was refused.</exception>
    /// <exception cref="TransientException">The answer could not be sent; Lambda invokes again.</exception>
    public async Task RunAsync(JsonElement message, ILambdaContext context, Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string>>> work)
    {
        var request = ResourceRequest.Read(message);
        context.Logger.LogInformation(request.ToString());
        var answer = await DoAsync(request, context, work);
        context.Logger.LogInformation(answer.Failure is null ? $"Done: {string.Join(", ", answer.Data.Select(entry => $"{entry.Key} {entry.Value}"))}" : $"Failed: {answer.Failure}");
        using var end = RemainingTime.Token(context, clock);
        await answers.SendAsync(request, answer.Write(request, context.LogStreamName ?? "unknown"), end.Token);
    }

    private async Task<ResourceAnswer> DoAsync(ResourceRequest request, ILambdaContext context, Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string>>> work)
    {
        if (request.Problem is { } problem) return ResourceAnswer.Failed(problem);
        if (request.Type == "Delete") return new ResourceAnswer(null, new Dictionary<string, string>());
        var left = context.RemainingTime - TimeToAnswer;
        using var end = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
        try
        {
            return new ResourceAnswer(null, await work(request.Properties, end.Token));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return ResourceAnswer.Failed("The function's time was over. What it has made stays, and another attempt goes on from there.");
        }
        catch (EntitySyncException failure)
        {
            return ResourceAnswer.Failed(failure.Message);
        }
#pragma warning disable CA1031 // An exception that gets out is an hour of waiting for the stack.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            context.Logger.LogError(failure.ToString());
            return ResourceAnswer.Failed($"{failure.GetType().Name}: {failure.Message}");
        }
    }
}
