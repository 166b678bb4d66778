using System.Text.Json;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.EventSources;

/// <summary>
/// Partial responses of Kafka event sources: an identifier names a partition and the offset to go on from. Partitions that are not named are done;
/// an identifier that is not in the batch brings the whole batch again.
/// </summary>
internal static class KafkaResponse
{
    public static DeliveryOutcome<KafkaRecord> Outcome(IReadOnlyList<KafkaRecord> batch, LambdaResult result, bool partialResponses) =>
        BatchResponse.Outcome(batch, result, partialResponses, identifiers => Remaining(batch, result, identifiers));

    private static DeliveryOutcome<KafkaRecord> Remaining(IReadOnlyList<KafkaRecord> batch, LambdaResult result, IReadOnlyList<JsonElement> identifiers)
    {
        var known = batch.Select(record => (record.PartitionName, record.Position.Offset)).ToHashSet();
        var resume = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var identifier in identifiers)
        {
            if (Read(identifier) is not { } place) return BatchResponse.Malformed(batch, result.Payload);
            if (!known.Contains(place)) return DeliveryOutcome<KafkaRecord>.Unknown(batch, $"{place.Partition}@{place.Offset}");
            resume[place.Partition] = resume.TryGetValue(place.Partition, out var earlier) ? Math.Min(earlier, place.Offset) : place.Offset;
        }

        return DeliveryOutcome<KafkaRecord>.Partial([.. batch.Where(record => resume.TryGetValue(record.PartitionName, out var from) && record.Position.Offset >= from)]);
    }

    private static (string Partition, long Offset)? Read(JsonElement identifier) =>
        identifier.ValueKind == JsonValueKind.Object
        && identifier.TryGetProperty("partition", out var partition) && partition.ValueKind == JsonValueKind.String
        && identifier.TryGetProperty("offset", out var offset) && offset.ValueKind == JsonValueKind.Number && offset.TryGetInt64(out var number)
            ? (partition.GetString()!, number)
            : null;
}
