using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.Reconciliation.Reading;

namespace EntitySync.Core.Reconciliation;

/// <summary>Reads the messages of a batch and puts those of one entity together, whichever topic they are from.</summary>
internal sealed class BatchMessages(ReconciliationCatalog catalog, CompiledReconciliations compiled, DeadLetters deadLetters, FieldValues values)
{
    private readonly Dictionary<(CompiledReconciliation, string), EntityMessages> _byEntity = [];

    /// <summary>In the order in which they are heard of first.</summary>
    public List<EntityMessages> Entities { get; } = [];

    /// <exception cref="InvalidRequestException">A topic that no reconciliation reads.</exception>
    public void Read(IReadOnlyList<PartitionRecords> partitions)
    {
        foreach (var partition in partitions)
        {
            var sources = catalog.OfTopic(partition.Topic);
            if (sources.IsEmpty) throw new InvalidRequestException($"No reconciliation reads topic '{partition.Topic}'; read are: {string.Join(", ", catalog.Topics)}.");
            foreach (var source in sources)
            {
                var definition = compiled.Of(source.Definition);
                for (var index = 0; index < partition.Records.Count; index++)
                {
                    var reference = new MessageReference(partition, index);
                    var problem = source.IsExpected ? ReadExpected(definition, reference) : ReadArrived(definition, reference);
                    if (problem is not null) deadLetters.Add(definition.Entity, definition.DeadLetterTopic, reference, problem);
                }
            }
        }
    }

    private string? ReadExpected(CompiledReconciliation definition, in MessageReference reference)
    {
        var record = reference.Record;
        if (record.Problem is not null) return record.Problem;
        var message = record.Value is { } value ? definition.Expected.Read(value.Span, values) : Tombstone(record.Key);
        if (message.Problem is null) Of(definition, message.Id).Add(message, reference);
        return message.Problem;
    }

    private string? ReadArrived(CompiledReconciliation definition, in MessageReference reference)
    {
        var record = reference.Record;
        if (record.Problem is not null) return record.Problem;
        if (record.Value is not { } value) return "a tombstone: what has arrived cannot be taken back";
        var message = definition.Arrived.Read(value, values);
        if (message.Problem is null) Of(definition, message.Id).Add(message, reference);
        return message.Problem;
    }

    private static ExpectedMessage Tombstone(ReadOnlyMemory<byte>? key)
    {
        if (KeyReader.ReadTombstone(key) is { } problem) return ExpectedMessage.Bad(problem);
        return new ExpectedMessage(null, Encoding.UTF8.GetString(key!.Value.Span), true, null, null);
    }

    private EntityMessages Of(CompiledReconciliation definition, string id)
    {
        if (_byEntity.TryGetValue((definition, id), out var found)) return found;
        Entities.Add(found = _byEntity[(definition, id)] = new EntityMessages(definition, id));
        return found;
    }
}
