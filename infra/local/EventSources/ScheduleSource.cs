using System.Text.Json.Nodes;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>
/// Invokes a function again and again, first when the interval is over. One run at a time: a run that takes longer than the interval is followed by the next at once.
/// A run that fails is not tried again on its own, as the next one does the same.
/// </summary>
public sealed class ScheduleSource : IEventSource
{
    private readonly ScheduleSettings _settings;
    private readonly ILambdaInvoker _functions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventSourceCounters _counters;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private ScheduleSource(ScheduleSettings settings, TimeSpan every, ILambdaInvoker functions, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _functions = functions;
        _time = time;
        _logger = logger;
        _counters = new EventSourceCounters(settings.Id, settings.FunctionId);
        _running = RunAsync(every);
    }

    public EventSourceStatus Status => _counters.Snapshot(0);

    /// <param name="every">Instead of the template's interval; null for that one.</param>
    public static ScheduleSource Start(ScheduleSettings settings, TimeSpan? every, ILambdaInvoker functions, TimeProvider time, ILogger<ScheduleSource> logger) =>
        new(settings, every ?? settings.Every, functions, time, logger);

    /// <summary>Ends the schedule. A running invocation is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan every)
    {
        using var timer = new PeriodicTimer(every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await InvokeAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task InvokeAsync()
    {
        var result = await _functions.InvokeAsync(_settings.FunctionId, Payload(), _stop.Token);
        _counters.Invoked();
        if (result.FunctionError is null)
        {
            _counters.Delivered(1);
            return;
        }

        var reason = BatchResponse.ErrorText(result.Payload);
        _counters.Failed(reason);
        _logger.LogWarning("{Source}: the run failed, the next one comes with the schedule: {Reason}", _settings.Id, reason);
    }

    private byte[] Payload() => System.Text.Encoding.UTF8.GetBytes(_settings.Input ?? new JsonObject
    {
        ["version"] = "0",
        ["id"] = Guid.NewGuid().ToString(),
        ["detail-type"] = "Scheduled Event",
        ["source"] = "aws.events",
        ["account"] = "000000000000",
        ["time"] = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
        ["region"] = "us-east-1",
        ["resources"] = new JsonArray("arn:aws:events:us-east-1:000000000000:rule/" + _settings.Id),
        ["detail"] = new JsonObject(),
    }.ToJsonString());
}
