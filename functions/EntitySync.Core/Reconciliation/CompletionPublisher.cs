using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Messages;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Reconciliation;

/// <summary>What became of a transition.</summary>
public enum PublicationOutcome
{
    /// <summary>Written to the topic of complete or of overdue entities.</summary>
    Written,

    /// <summary>There is nothing to tell: another status, no topic for it, or overdue and complete after all.</summary>
    Nothing,

    /// <summary>The topic refuses it for good; it is in the dead-letter topic.</summary>
    DeadLettered,

    /// <summary>Not written; it must come again.</summary>
    Failed,
}

/// <summary>
/// Tells the transitions of entities to the world: what became complete to the definition's output, what became overdue to its topic of those, keyed by the id. The transition was made once in
/// the table; what is told of it may come twice, with the same <see cref="HeaderNames.Transition"/>. Thread-safe.
/// </summary>
public sealed class CompletionPublisher(ReconciliationCatalog catalog, ITopicWriter writer, ILogger<CompletionPublisher> logger)
{
    private const string Stage = "PublishCompleted";

    private readonly CompiledReconciliations _compiled = new();

    /// <param name="transitions">Items as they were after the write that made them complete or overdue, in order.</param>
    /// <param name="cancellationToken">Gives up; nothing is known to be written then.</param>
    /// <returns>One outcome a transition, in their order.</returns>
    public async Task<IReadOnlyList<PublicationOutcome>> PublishAsync(IReadOnlyList<ReconciliationState> transitions, CancellationToken cancellationToken)
    {
        var outcomes = new PublicationOutcome[transitions.Count];
        var records = new List<(int Index, OutgoingRecord Record)>();
        var values = new FieldValues();
        for (var i = 0; i < transitions.Count; i++)
        {
            outcomes[i] = RecordOf(transitions[i], values, out var record);
            if (record is not null) records.Add((i, record));
        }

        var results = records.Count == 0 ? [] : await writer.WriteAsync(records.ConvertAll(one => one.Record), cancellationToken);
        for (var i = 0; i < results.Count; i++)
        {
            var (index, record) = records[i];
            outcomes[index] = await SettleAsync(transitions[index], record, results[i], cancellationToken);
        }

        return outcomes;
    }

    /// <summary>The header's value: which transition of which entity.</summary>
    public static string TransitionOf(ReconciliationState state) => $"{state.Entity}/{state.Id}@{state.Version}";

    private PublicationOutcome RecordOf(ReconciliationState state, FieldValues values, out OutgoingRecord? record)
    {
        record = null;
        if (!catalog.TryGet(state.Entity, out var definition))
        {
            logger.LogError("{Transition} cannot be told: {Reason}", TransitionOf(state), catalog.DescribeUnknown(state.Entity));
            return PublicationOutcome.Failed;
        }

        var evaluation = Evaluation.Of(_compiled.Of(definition), state, values);
        record = state.Status switch
        {
            ReconciliationStatus.Complete when state.Document is { } document => Record(state, definition.Output.Topic, CompletedDocument.Write(document.Span, definition.Output.Embed, evaluation)),
            ReconciliationStatus.Overdue when definition.OverdueTopic is { } topic && !evaluation.IsComplete => Record(state, topic, ReconciliationJson.Overdue(state, evaluation)),
            _ => null,
        };
        return PublicationOutcome.Nothing;
    }

    private static OutgoingRecord Record(ReconciliationState state, string topic, byte[] value) => new()
    {
        Topic = topic,
        Key = Encoding.UTF8.GetBytes(state.Id),
        Value = value,
        Headers = [RecordHeader.Text(HeaderNames.Transition, TransitionOf(state))],
    };

    private async Task<PublicationOutcome> SettleAsync(ReconciliationState state, OutgoingRecord record, WriteResult result, CancellationToken cancellationToken)
    {
        switch (result.Outcome)
        {
            case WriteOutcome.Written:
                return PublicationOutcome.Written;
            case WriteOutcome.Refused:
                return await DeadLetterAsync(state, record, result.Reason ?? "no reason given", cancellationToken);
            default:
                logger.LogWarning("{Transition} was not written to {Topic} and comes again: {Reason}", TransitionOf(state), record.Topic, result.Reason);
                return PublicationOutcome.Failed;
        }
    }

    // The dead-letter topic refuses what is too large as well; the table still has it.
    private async Task<PublicationOutcome> DeadLetterAsync(ReconciliationState state, OutgoingRecord record, string refusal, CancellationToken cancellationToken)
    {
        if (!catalog.TryGet(state.Entity, out var definition)) return PublicationOutcome.Failed;
        var reason = $"topic '{record.Topic}' refuses the record of {record.Value?.Length ?? 0} bytes: {refusal}";
        foreach (var value in new[] { state.Document, null })
        {
            var letter = DeadLetter.For(definition.DeadLetterTopic(), Stage, state.ExpectedAt ?? default, reason, record.Key, value, record.Headers);
            var outcome = (await writer.WriteAsync([letter], cancellationToken))[0].Outcome;
            if (outcome == WriteOutcome.Refused) continue;
            if (outcome == WriteOutcome.Failed) return PublicationOutcome.Failed;
            logger.LogError("{Transition} went to the dead-letter topic: {Reason}", TransitionOf(state), reason);
            return PublicationOutcome.DeadLettered;
        }

        return PublicationOutcome.Failed;
    }
}
