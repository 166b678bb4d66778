using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost.Logging;

/// <summary>
/// A logger whose every line is within the same scope. A scope opened with <see cref="ILogger.BeginScope"/> would have to be closed on the way out of
/// each step; one that belongs to the logger needs nothing in the code that logs.
/// </summary>
internal sealed class ScopedLogger(ILogger inner, IReadOnlyList<KeyValuePair<string, object>> scope) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel)) return;
        using (inner.BeginScope(scope)) inner.Log(logLevel, eventId, state, exception, formatter);
    }
}

internal static class ScopedLoggerExtensions
{
    /// <summary>The same logger with <paramref name="scope"/> in every line.</summary>
    public static ILogger Within(this ILogger logger, params ReadOnlySpan<(string Name, object Value)> scope)
    {
        var pairs = new KeyValuePair<string, object>[scope.Length];
        for (var index = 0; index < scope.Length; index++) pairs[index] = KeyValuePair.Create(scope[index].Name, scope[index].Value);
        return new ScopedLogger(logger, pairs);
    }
}
