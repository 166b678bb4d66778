using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.Adapters.Kafka;

/// <summary>Client log lines and broker errors as log lines of ours.</summary>
public static class KafkaLog
{
    public static void Write(ILogger logger, LogMessage line) =>
        logger.Log((LogLevel)line.LevelAs(LogLevelType.MicrosoftExtensionsLogging), "Kafka {Facility}: {Message}", line.Facility, line.Message);

    public static void Write(ILogger logger, Error error) =>
        logger.Log(error.IsFatal ? LogLevel.Error : LogLevel.Warning, "Kafka {Error}", KafkaErrors.Describe(error));
}
