using System.Text;
using System.Text.Json;
using EntitySync.Core.Joins.Debezium;

namespace EntitySync.Local.New;

/// <summary>The rows of a topic, as far as its sample tells: the last of each key when the lines say the key, without those that were deleted.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="IsDebezium">True when records are change events of a Debezium connector.</param>
/// <param name="Rows">JSON objects.</param>
/// <param name="Keys">Record key of each row; null where the sample does not tell.</param>
internal sealed record SampleTable(string Topic, bool IsDebezium, IReadOnlyList<JsonElement> Rows, IReadOnlyList<string?> Keys)
{
    private IReadOnlyList<SampleColumn>? _columns;

    /// <summary>Scalars of the rows, in the order in which they first appear.</summary>
    public IReadOnlyList<SampleColumn> Columns => _columns ??= SampleColumns.Of(Rows);

    /// <exception cref="NewException">The file cannot be used.</exception>
    public static SampleTable Read(string topic, string file)
    {
        var lines = SampleReader.Read(file);
        var isDebezium = lines.Exists(line => line.Value is { } value && IsEnvelope(value));
        var events = lines.Select(line => isDebezium && line.Value is { } value ? Unwrap(line.Key, value) : (line.Key, line.Value, IsFirst: true)).ToList();
        var latest = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < events.Count; index++)
        {
            if (events[index].Key is { } key) latest[key] = index;
        }

        // Without keys the rows that were changed cannot be told from others, so only new ones are looked at.
        var rows = events.Where((each, index) => each.Value is not null && (each.Key is null ? each.IsFirst : latest[each.Key] == index)).ToList();
        if (rows.Count == 0) throw new NewException($"{file} has no rows: every record is a delete, or a message that is no change of a row.");
        return new SampleTable(topic, isDebezium, [.. rows.Select(row => row.Value!.Value)], [.. rows.Select(row => isDebezium ? null : row.Key)]);
    }

    private static bool IsEnvelope(JsonElement value)
    {
        var payload = value.TryGetProperty("payload", out var inner) && value.TryGetProperty("schema", out _) ? inner : value;
        return payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("op", out _) && (payload.TryGetProperty("after", out _) || payload.TryGetProperty("before", out _));
    }

    private static (string? Key, JsonElement? Value, bool IsFirst) Unwrap(string? key, JsonElement value)
    {
        var bytes = Encoding.UTF8.GetBytes(value.GetRawText());
        var envelope = DebeziumEnvelope.Read(bytes);
        if (envelope.Kind != ChangeKind.Upsert) return (key, null, false);
        using var row = JsonDocument.Parse(bytes.AsMemory(envelope.Start, envelope.Length));
        var payload = value.TryGetProperty("payload", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : value;
        return (key, row.RootElement.Clone(), !payload.TryGetProperty("op", out var op) || op.ValueKind != JsonValueKind.String || op.GetString() != "u");
    }
}
