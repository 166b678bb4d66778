using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.Adapters.Kafka;

/// <summary>Gives the client that administers the cluster.</summary>
internal interface IAdminClients : IDisposable
{
    /// <summary>One whose credentials count.</summary>
    IAdminClient Current();
}

/// <summary>Keeps one client, over invocations too, until certificates have changed.</summary>
internal sealed class AdminClients(KafkaConnection connection, ILogger logger) : IAdminClients
{
    private readonly Lock _lock = new();
    private IAdminClient? _client;
    private int _generation;

    public IAdminClient Current()
    {
        lock (_lock)
        {
            if (_client is not null && _generation == connection.Generation) return _client;
            _client?.Dispose();
            _generation = connection.Generation;
            _client = new AdminClientBuilder(KafkaClientConfig.Admin(connection))
                .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
                .Build(connection, error => KafkaLog.Write(logger, error));
            return _client;
        }
    }

    public void Dispose()
    {
        lock (_lock) _client?.Dispose();
    }
}
