using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Demo;

/// <summary>Sends messages with timestamps of their own, in their order.</summary>
internal static class WaveWriter
{
    private const int Step = 1_000;
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);

    /// <exception cref="DemoException">Kafka does not take a message.</exception>
    public static async Task WriteAsync(LocalRunner runner, IReadOnlyList<SentMessage> messages, Action<string> progress, CancellationToken cancellationToken)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(KafkaClientConfig.Producer(runner.Connection, DeliveryTimeout)).Build(runner.Connection, _ => { });
        var done = 0;
        foreach (var part in messages.Chunk(Step))
        {
            try
            {
                await Task.WhenAll(part.Select(message => producer.ProduceAsync(message.Topic, Record(message), cancellationToken)));
            }
            catch (ProduceException<byte[], byte[]?> exception)
            {
                throw new DemoException($"Kafka took a message of {exception.DeliveryResult.Topic} not: {exception.Error.Reason}");
            }

            done += part.Length;
            progress($"{done:N0} of {messages.Count:N0} sent");
        }
    }

    private static Message<byte[], byte[]?> Record(SentMessage message) => new()
    {
        Key = Encoding.UTF8.GetBytes(message.Key),
        Value = message.Json is null ? null : Encoding.UTF8.GetBytes(message.Json),
        Timestamp = new Timestamp(message.Timestamp),
    };
}
