using System.Text.Json;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins.Debezium;

/// <summary>
/// A record value as Debezium's connectors for relational databases write it as JSON: what it means and where the row stands in it. One pass over the bytes,
/// no DOM, no allocation for a good record. The row's fields are not looked at: they are what the connector's settings made of them.
/// <list type="bullet">
/// <item>With or without the converter's <c>schema</c> and <c>payload</c> around it.</item>
/// <item>An envelope has <c>op</c> beside the object <c>source</c>, or beside <c>before</c> or <c>after</c>. Any other object is a row (ExtractNewRecordState),
/// deleted when its <c>__deleted</c> is true, or one of the messages that are no change of a row.</item>
/// </list>
/// </summary>
/// <param name="Kind">What it means.</param>
/// <param name="Start">First byte of the row within the value; for an upsert.</param>
/// <param name="Length">Bytes of the row.</param>
/// <param name="Problem">Why it is <see cref="ChangeKind.Bad"/>.</param>
public readonly record struct DebeziumEnvelope(ChangeKind Kind, int Start = 0, int Length = 0, string? Problem = null)
{
    // The envelope and its wrapper are around the row.
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EnrichmentLimits.DocumentDepth + 2 };

    /// <param name="value">The record's value; a tombstone is not read here.</param>
    public static DebeziumEnvelope Read(ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value, Strict);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return Bad($"is {Reasons.Kind(reader.TokenType)}, not an object");
            EnvelopeMembers outer = default, payload = default;
            outer.Read(ref reader, ref payload, isPayload: false);
            reader.Read(); // throws on anything but white space after the closing brace
            if (!outer.IsWrapper) return Of(outer);
            return outer.Payload switch
            {
                JsonTokenType.StartObject => Of(payload),
                JsonTokenType.Null => new(ChangeKind.Delete),
                var other => Bad($"has a 'payload' that is {Reasons.Kind(other)}, not an object"),
            };
        }
        catch (JsonException problem)
        {
            return Bad($"is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}");
        }
    }

    private static DebeziumEnvelope Of(in EnvelopeMembers members)
    {
        if (members.Twice is { } name) return Bad($"has '{name}' twice");
        if (members.IsEnvelope) return OfEnvelope(members);
        if (members.IsEnvelopeWithoutOp) return Bad("has no 'op'");
        if (members.IsNoChange) return new(ChangeKind.Ignore);
        return members.IsDeleted ? new(ChangeKind.Delete) : new(ChangeKind.Upsert, members.Start, members.Length);
    }

    private static DebeziumEnvelope OfEnvelope(in EnvelopeMembers members) => members.Op switch
    {
        'c' or 'u' or 'r' when members.After == JsonTokenType.StartObject => new(ChangeKind.Upsert, members.AfterStart, members.AfterLength),
        'c' or 'u' or 'r' when members.After == JsonTokenType.String => Bad("has a text as 'after', as the MongoDB connector writes documents; only rows of relational databases can be read"),
        'c' or 'u' or 'r' => Bad($"has op '{members.Op}' and {(members.After == JsonTokenType.None ? "no 'after'" : $"an 'after' that is {Reasons.Kind(members.After)}")}; the row is expected there"),
        'd' => new(ChangeKind.Delete),
        't' => new(ChangeKind.Truncate),
        'm' => new(ChangeKind.Ignore),
        _ => Bad("has an 'op' other than c, u, d, r, t and m"),
    };

    private static DebeziumEnvelope Bad(string what) => new(ChangeKind.Bad, Problem: "the change event " + what);
}
