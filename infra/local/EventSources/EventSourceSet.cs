using EntitySync.Core.State;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>The event sources of the template, started and stopped together.</summary>
public sealed class EventSourceSet : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly List<IEventSource> _sources;

    private EventSourceSet(HttpClient http, List<IEventSource> sources) => (_http, _sources) = (http, sources);

    public IReadOnlyList<EventSourceStatus> Status => [.. _sources.Select(source => source.Status)];

    /// <summary>True when the function was given so many records in all, or has no source: nobody waits for a function that definitions do not need.</summary>
    public bool HasDelivered(string functionId, long records) =>
        Status.Where(source => source.FunctionId == functionId).Select(source => source.Delivered).ToList() is not { Count: > 0 } delivered || delivered.Sum() >= records;

    /// <param name="kafkaEvents">Those of the template's Kafka event sources that are to run.</param>
    /// <param name="discarded">Writes what the Kafka event sources give up.</param>
    /// <param name="scheduleEvery">Interval of all schedules instead of the template's; null for those.</param>
    /// <param name="dynamoDb">Address of DynamoDB Local. Tables may appear later; their streams are then read from the beginning.</param>
    public static EventSourceSet Start(
        SamTemplate template, IEnumerable<KafkaEventSettings> kafkaEvents, ILambdaInvoker functions, KafkaSourceCluster kafka, ITopicWriter discarded, Uri dynamoDb, TimeProvider time, ILoggerFactory loggers,
        TimeSpan? scheduleEvery = null)
    {
        var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var topics = kafkaEvents.Select(settings =>
            (IEventSource)KafkaEventSource.Start(settings, kafka, functions, discarded, time, loggers.CreateLogger<KafkaEventSource>()));
        var streams = template.DynamoDbStreamEvents.Select(settings =>
            (IEventSource)DynamoDbStreamEventSource.Start(settings, template.Tables[settings.TableId].Name, dynamoDb, http, functions, time, loggers.CreateLogger<DynamoDbStreamEventSource>()));
        var schedules = template.Schedules.Select(settings => (IEventSource)ScheduleSource.Start(settings, scheduleEvery, functions, time, loggers.CreateLogger<ScheduleSource>()));
        return new EventSourceSet(http, [.. topics, .. streams, .. schedules]);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_sources.Select(source => source.DisposeAsync().AsTask()));
        _http.Dispose();
    }
}
