using System.Collections.Concurrent;

namespace EntitySync.Local.Runner;

/// <summary>Logs of all parts: the last lines are kept for a failure, and lines from <paramref name="echo"/> up go to the console's error stream.</summary>
public sealed class RunnerLog(LogLevel echo) : ILoggerProvider
{
    private const int Kept = 200;
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> LastLines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string text)
    {
        var line = $"{level.ToString()[..4].ToLowerInvariant()} {category}: {text}";
        _lines.Enqueue(line);
        while (_lines.Count > Kept) _lines.TryDequeue(out _);
        if (level >= echo) Console.Error.WriteLine(line);
    }

    private sealed class Writer(RunnerLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(logLevel, category, exception is null ? formatter(state, null) : $"{formatter(state, null)}: {exception.GetType().Name}: {exception.Message}");
        }
    }
}
