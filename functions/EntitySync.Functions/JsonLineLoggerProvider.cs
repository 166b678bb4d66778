using System.Buffers;
using EntitySync.Adapters.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Functions;

/// <summary>
/// Log lines of a function, as <see cref="JsonLine"/> writes them, each written when it is logged: a function may be frozen as soon as it has answered, and what
/// a background thread still holds then comes late or never. They go to the process's output itself, since Lambda's console wraps a line into a text of
/// another one, whose fields no metric filter reaches.
/// </summary>
/// <param name="output">Where to; stays open.</param>
/// <param name="time">When a line was logged.</param>
[ProviderAlias("JsonLines")]
internal sealed class JsonLineLoggerProvider(Stream output, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // Nothing is held back, and the output is not ours.
    }

    private void Write<TState>(in LogEntry<TState> entry)
    {
        lock (_lock)
        {
            _line.ResetWrittenCount();
            JsonLine.Write(entry, _scopes, time.GetUtcNow(), _line);
            _line.Write("\n"u8);
            output.Write(_line.WrittenSpan);
            output.Flush();
        }
    }

    private sealed class Logger(JsonLineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) provider.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter));
        }
    }
}
