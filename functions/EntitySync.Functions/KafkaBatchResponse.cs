using System.Text.Json.Serialization;
using EntitySync.Core.State;

namespace EntitySync.Functions;

/// <summary>
/// Partial batch response of a Kafka event source: <c>{"batchItemFailures":[{"itemIdentifier":{"partition":"items-updates-3","offset":42}}]}</c>.
/// Of each partition named, records from that offset on are delivered again; an empty list means that all is done.
/// </summary>
public sealed record KafkaBatchResponse([property: JsonPropertyName("batchItemFailures")] IReadOnlyList<KafkaBatchItemFailure> BatchItemFailures)
{
    public static KafkaBatchResponse AllDone { get; } = new([]);

    public static KafkaBatchResponse From(IEnumerable<Position> comeAgain) =>
        new([.. comeAgain.Select(position => new KafkaBatchItemFailure(new KafkaItemIdentifier($"{position.Topic}-{position.Partition}", position.Offset)))]);
}

public sealed record KafkaBatchItemFailure([property: JsonPropertyName("itemIdentifier")] KafkaItemIdentifier ItemIdentifier);

/// <param name="Partition">Topic and partition as the event names them, e.g. <c>item-updates-3</c>.</param>
/// <param name="Offset">First offset to be delivered again.</param>
public sealed record KafkaItemIdentifier(
    [property: JsonPropertyName("partition")] string Partition,
    [property: JsonPropertyName("offset")] long Offset);
