using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Pairs = System.Collections.Generic.IEnumerable<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace EntitySync.JoinHost.Logging;

/// <summary>
/// One JSON object a line: <c>time</c>, <c>level</c>, <c>logger</c>, <c>event</c>, what the scopes hold (<c>thread</c>, <c>entity</c>, <c>partition</c>),
/// <c>message</c>, <c>template</c>, <c>values</c>, <c>exception</c>. The framework's own formatter leaves the event's name out and nests the scopes in a list,
/// which log queries cannot reach.
/// </summary>
internal sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "entitysync-json-lines";
    private const string Template = "{OriginalFormat}";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.GetUtcNow().UtcDateTime);
            writer.WriteString("level", logEntry.LogLevel.ToString());
            writer.WriteString("logger", logEntry.Category);
            if (logEntry.EventId.Name is { } name) writer.WriteString("event", name);
            WriteScopes(writer, scopeProvider);
            writer.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.State is Pairs values) WriteValues(writer, values);
            if (logEntry.Exception is { } exception) writer.WriteString("exception", exception.ToString());
            writer.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private static void WriteScopes(Utf8JsonWriter writer, IExternalScopeProvider? scopes)
    {
        var found = new SortedDictionary<string, object?>(StringComparer.Ordinal); // an inner scope wins, and no name comes twice
        scopes?.ForEachScope(
            (scope, into) =>
            {
                foreach (var (name, value) in PairsOf(scope)) into[name] = value;
            },
            found);
        foreach (var (name, value) in found) Write(writer, name, value);
    }

    private static Pairs PairsOf(object? scope) => scope switch
    {
        Pairs pairs => pairs.Where(pair => pair.Key != Template),
        _ => [],
    };

    private static void WriteValues(Utf8JsonWriter writer, Pairs values)
    {
        var all = values.ToList();
        if (all.Find(value => value.Key == Template).Value is string template) writer.WriteString("template", template);
        all.RemoveAll(value => value.Key == Template);
        if (all.Count == 0) return;
        writer.WriteStartObject("values");
        foreach (var (name, value) in all) Write(writer, name, value);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        writer.WritePropertyName(name);
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            default: writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
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
