using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pairs = System.Collections.Generic.IEnumerable<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace EntitySync.Adapters.Logging;

/// <summary>
/// One log line as a JSON object: <c>timestamp</c>, <c>level</c>, <c>logger</c>, <c>event</c>, what the scopes hold (<c>thread</c>, <c>entity</c>, <c>partition</c>),
/// <c>message</c>, <c>template</c>, <c>values</c>, <c>exception</c>. The framework's own formatter leaves the event's name out and nests the scopes in a list,
/// which log queries cannot reach. Names of time and level as Lambda knows them (source: the AWS page "Configuring JSON and plain text log formats").
/// </summary>
public static class JsonLine
{
    private const string Template = "{OriginalFormat}";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes UTF-8, without a line break at its end and with none inside.</summary>
    public static void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, DateTimeOffset time, IBufferWriter<byte> bytes)
    {
        using var writer = new Utf8JsonWriter(bytes, Relaxed);
        writer.WriteStartObject();
        writer.WriteString("timestamp", time.UtcDateTime);
        writer.WriteString("level", Level(entry.LogLevel));
        writer.WriteString("logger", entry.Category);
        if (entry.EventId.Name is { } name) writer.WriteString("event", name);
        WriteScopes(writer, scopes);
        writer.WriteString("message", entry.Formatter(entry.State, entry.Exception));
        if (entry.State is Pairs values) WriteValues(writer, values);
        if (entry.Exception is { } exception) writer.WriteString("exception", exception.ToString());
        writer.WriteEndObject();
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Warning => "WARN",
        LogLevel.Error => "ERROR",
        LogLevel.Critical => "FATAL",
        _ => "INFO",
    };

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
