using System.Text.Json;
using System.Text.Json.Nodes;

namespace EntitySync.Local.EventSources;

/// <summary>FilterCriteria of a mapping: records that fit none of its patterns never reach the function, and count as done.</summary>
public sealed class EventFilter
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = StreamJson.Options.MaxDepth };

    private EventFilter(IReadOnlyList<FilterPattern> patterns) => Patterns = patterns;

    public IReadOnlyList<FilterPattern> Patterns { get; }

    /// <param name="criteria"><c>{"Filters":[{"Pattern":"..."}]}</c>; null when the mapping has none.</param>
    /// <param name="source">The event source's name, for messages.</param>
    /// <returns>Null: every record reaches the function.</returns>
    /// <exception cref="InvalidDataException">A pattern is none, or one that the runner does not know.</exception>
    public static EventFilter? Read(JsonNode? criteria, string source)
    {
        if (criteria?["Filters"] is not JsonArray { Count: > 0 } filters) return null;
        return new EventFilter([.. filters.Select(filter => FilterPattern.Parse(
            filter?["Pattern"]?.ToString() ?? throw new InvalidDataException($"{source}: a filter has no Pattern."), source))]);
    }

    /// <param name="record">A stream's record, JSON in UTF-8.</param>
    public bool Passes(ReadOnlyMemory<byte> record)
    {
        using var document = JsonDocument.Parse(record, Options);
        return Patterns.Any(pattern => pattern.Matches(document.RootElement));
    }
}
