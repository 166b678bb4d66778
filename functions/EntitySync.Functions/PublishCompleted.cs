using Amazon.Lambda.Core;
using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Core.Reconciliation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>
/// Tells which entities became complete or overdue, each to the topic that its definition names. Event source: the stream of the table of reconciliations (new and old images,
/// filtered to these transitions, ReportBatchItemFailures); what is no such transition is passed over. The response names the first one that was not
/// written; it and all after it come again, with the same header.
/// </summary>
public sealed class PublishCompleted(CompletionPublisher publisher, TimeProvider clock, ILogger<PublishCompleted> log)
{
    public PublishCompleted()
        : this(
            Startup.Services.GetRequiredService<CompletionPublisher>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<PublishCompleted>>())
    {
    }

    /// <exception cref="Core.Errors.InvalidRequestException">An item that no reconciliation wrote; the batch is bisected until only that one fails.</exception>
    public async Task<StreamsEventResponse> HandleAsync(DynamoDBEvent streamEvent, ILambdaContext context)
    {
        var transitions = TransitionRecords.Of(streamEvent);
        if (transitions.Count == 0) return StreamRecords.Response(null);
        using var time = InvocationTime.Of(context, clock);
        var outcomes = await time.RunAsync(token => publisher.PublishAsync(transitions.ConvertAll(transition => transition.State), token));
        log.LogInformation(
            "{Written} of {Transitions} transitions published, {DeadLettered} dead-lettered",
            outcomes.Count(outcome => outcome == PublicationOutcome.Written), outcomes.Count, outcomes.Count(outcome => outcome == PublicationOutcome.DeadLettered));
        var failed = outcomes.ToList().IndexOf(PublicationOutcome.Failed);
        return StreamRecords.Response(failed < 0 ? null : transitions[failed].SequenceNumber);
    }
}
