using System.Buffers;
using System.Text;
using EntitySync.Adapters.Logging;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EntitySync.JoinHost.Logging;

/// <summary>Lines of the console as <see cref="JsonLine"/> writes them.</summary>
internal sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "entitysync-json-lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var bytes = new ArrayBufferWriter<byte>();
        JsonLine.Write(logEntry, scopeProvider, time.GetUtcNow(), bytes);
        textWriter.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }
}

internal static class JsonLineLogging
{
    public static ILoggingBuilder AddJsonLines(this ILoggingBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        return builder
            .AddConsole(console => console.FormatterName = JsonLineFormatter.FormatterName)
            .AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
    }
}
