using System.Text.Json;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.EventSources;

/// <summary>
/// Partial responses of DynamoDB streams: an identifier is a sequence number; the earliest one named is where the shard goes on, whatever else succeeded.
/// </summary>
internal static class StreamResponse
{
    public static DeliveryOutcome<StreamRecord> Outcome(IReadOnlyList<StreamRecord> batch, LambdaResult result, bool partialResponses) =>
        BatchResponse.Outcome(batch, result, partialResponses, identifiers => Remaining(batch, result, identifiers));

    private static DeliveryOutcome<StreamRecord> Remaining(IReadOnlyList<StreamRecord> batch, LambdaResult result, IReadOnlyList<JsonElement> identifiers)
    {
        var earliest = batch.Count;
        foreach (var identifier in identifiers)
        {
            if (identifier.ValueKind != JsonValueKind.String || identifier.GetString() is not { Length: > 0 } sequence) return BatchResponse.Malformed(batch, result.Payload);
            var at = batch.TakeWhile(record => record.SequenceNumber != sequence).Count();
            if (at == batch.Count) return DeliveryOutcome<StreamRecord>.Unknown(batch, sequence);
            earliest = Math.Min(earliest, at);
        }

        return DeliveryOutcome<StreamRecord>.Partial([.. batch.Skip(earliest)]);
    }
}
