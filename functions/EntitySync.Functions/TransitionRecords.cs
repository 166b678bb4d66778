using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Reconciliation;

namespace EntitySync.Functions;

/// <param name="State">The entity after the write that made it complete or overdue.</param>
/// <param name="SequenceNumber">Of the stream's record.</param>
internal readonly record struct TransitionRecord(ReconciliationState State, string SequenceNumber);

/// <summary>Finds the transitions among the records of the table's stream, as template.yaml filters them: not every event source has a filter, and a filter is easily lost.</summary>
internal static class TransitionRecords
{
    /// <summary>Empty for a null event, or one without transitions.</summary>
    public static List<TransitionRecord> Of(DynamoDBEvent? streamEvent) =>
        [.. (streamEvent?.Records ?? []).Where(record => IsTransition(record.Dynamodb)).Select(record => new TransitionRecord(ReconciliationItem.ToState(StreamImages.ToItem(record.Dynamodb.NewImage)), record.Dynamodb.SequenceNumber))];

    private static bool IsTransition(DynamoDBEvent.StreamRecord? change) => (StatusOf(change?.OldImage), StatusOf(change?.NewImage)) switch
    {
        (ReconciliationStatus.Open or ReconciliationStatus.Overdue, ReconciliationStatus.Complete) => true,
        (ReconciliationStatus.Open, ReconciliationStatus.Overdue) => true,
        _ => false,
    };

    private static ReconciliationStatus? StatusOf(Dictionary<string, DynamoDBEvent.AttributeValue>? image) => image is null ? null : ReconciliationItem.ParseStatus(image.GetValueOrDefault("status")?.S);
}
