using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Writes on, and logs how many records of a call went to which dead-letter topic: what the alarms count, whichever function it was.</summary>
/// <param name="inner">Writes the records.</param>
/// <param name="logger">Event <see cref="FunctionEvents.DeadLettered"/>.</param>
internal sealed class CountedDeadLetters(ITopicWriter inner, ILogger<CountedDeadLetters> logger) : ITopicWriter
{
    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        var results = await inner.WriteAsync(records, cancellationToken);
        SortedDictionary<string, int>? counts = null;
        for (var index = 0; index < records.Count; index++)
        {
            var topic = records[index].Topic;
            if (results[index].Outcome != WriteOutcome.Written || !TopicNames.IsDeadLetters(topic)) continue;
            counts ??= new SortedDictionary<string, int>(StringComparer.Ordinal);
            counts[topic] = counts.GetValueOrDefault(topic) + 1;
        }

        foreach (var (topic, count) in counts ?? []) logger.LogWarning(FunctionEvents.DeadLettered, "{Count} records went to {Topic}", count, topic);
        return results;
    }
}
