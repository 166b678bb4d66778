using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.JoinHost.Logging;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.JoinHost;

/// <summary>What a container writes to its log, as the log driver sends it.</summary>
internal sealed class ReportLines : ILogger
{
    private readonly StringWriter _text = new() { NewLine = "\n" };
    private readonly LoggerExternalScopeProvider _scopes = new();
    private readonly JsonLineFormatter _formatter;

    public ReportLines() => _formatter = new JsonLineFormatter(Clock);

    public TestClock Clock { get; } = new();

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<string> All => _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static JoinHostStatus Status(IReadOnlyList<JoinTaskStatus> tasks, string state = "running", params (string Entity, JoinCounts Counts)[] counts) => new(
        state == "running",
        [new JoinThreadStatus(0, state, null, tasks, [], null)],
        counts.ToDictionary(entry => entry.Entity, entry => EntityCounts.Sum([entry.Counts]), StringComparer.Ordinal));

    public static JoinTaskStatus Task(string entity, int partition, long? lag, long? replayLag = 0, bool isLive = true, params double[] fanouts) => new(
        entity, entity, partition, isLive, 0, 0, 0,
        [new SourceStatus("items", "Root", 5, 5, lag), new SourceStatus("item-replay", "Replay", null, null, replayLag)],
        [.. fanouts.Select(seconds => new FanoutStatus("deliveryClass", "express", 1, 1, 1, seconds))]);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _formatter.Write(new LogEntry<TState>(logLevel, "EntitySync.JoinHost.Logging.JoinReport", eventId, state, exception, formatter), _scopes, _text);
}
