using Amazon.Lambda.Core;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace EntitySync.Local.Lambda;

/// <summary>Sends what a handler logs through its context to the runner's log.</summary>
internal sealed class LocalLambdaLogger(ILogger logger) : ILambdaLogger
{
    public void Log(string message) => Write(Level.Information, null, message);

    public void LogLine(string message) => Write(Level.Information, null, message);

    public void Log(string level, string message) => Write(Parse(level), null, message);

    // The interface's own defaults of these two call themselves.
    public void Log(string level, string message, params object[] args) => Write(Parse(level), null, message, args);

    public void Log(string level, Exception exception, string message, params object[] args) => Write(Parse(level), exception, message, args);

    private static Level Parse(string level) => Enum.TryParse<Level>(level, ignoreCase: true, out var parsed) ? parsed : Level.Information;

    private void Write(Level level, Exception? exception, string message, params object[] args)
    {
#pragma warning disable CA2254 // the handler wrote the template
        if (args.Length == 0) logger.Log(level, exception, "{Message}", message);
        else logger.Log(level, exception, message, args);
#pragma warning restore CA2254
    }
}
