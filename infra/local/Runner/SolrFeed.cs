using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Local.Solr;

namespace EntitySync.Local.Runner;

/// <summary>Keeps the local search collections in step with the root topics, as a search service does with its own index.</summary>
internal sealed class SolrFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public SolrFeed(KafkaConnection connection, EntityCatalog catalog, SolrServer solr)
    {
        var collections = catalog.All
            .Where(definition => definition.Root.Format == DocumentFormat.Json && definition.Replay?.Ids is SolrIdSourceDefinition)
            .ToLookup(definition => definition.Root.Topic, definition => Collection(solr, (SolrIdSourceDefinition)definition.Replay!.Ids), StringComparer.Ordinal);
        _reading = collections.Count == 0 ? Task.CompletedTask : Task.Factory.StartNew(() => Read(connection, collections), TaskCreationOptions.LongRunning);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private static SolrCollection Collection(SolrServer solr, SolrIdSourceDefinition ids) => solr.Collection(ids.Collection, ids.Key, [.. ids.Match.Values, "online"]);

    private void Read(KafkaConnection connection, ILookup<string, SolrCollection> collections)
    {
        using var consumer = new ConsumerBuilder<string, byte[]?>(KafkaClientConfig.Consumer(connection, $"local-search-{Environment.ProcessId}"))
            .SetValueDeserializer(NullableBytes.Instance)
            .Build(connection, _ => { });
        consumer.Subscribe(collections.Select(topic => topic.Key));
        while (!_stop.IsCancellationRequested)
        {
            if (Next(consumer) is not { Message: { Key: { } key } message } record) continue;
            var document = message.Value is null ? null : Parse(key, message.Value);
            foreach (var collection in collections[record.Topic])
            {
                if (message.Value is null) collection.Delete(key);
                else if (document is not null) collection.Upsert(document);
            }
        }

        consumer.Close();
    }

    // A broker that was away costs an error or two; the client goes on by itself afterwards.
    private static ConsumeResult<string, byte[]?>? Next(IConsumer<string, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(TimeSpan.FromMilliseconds(100));
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            return null;
        }
    }

    /// <summary>Null for a root that cannot be indexed: the join topology dead-letters it, and the index must go on.</summary>
    private static SolrDocument? Parse(string key, byte[] json)
    {
        try
        {
            var reader = new System.Text.Json.Utf8JsonReader(json);
            return reader.Read() && reader.TokenType == System.Text.Json.JsonTokenType.StartObject && reader.TrySkip() ? SolrDocument.FromJson(key, json) : null;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;        // not JSON, or text that is not valid Unicode
        }
    }
}

/// <summary>Bytes as they are; null stays null (Confluent's own deserializer makes it an empty array in some versions).</summary>
internal sealed class NullableBytes : IDeserializer<byte[]?>
{
    public static readonly NullableBytes Instance = new();

    public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
}
