using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Reconciliation;

/// <summary>Writes what is known of an entity as JSON: for whoever asks, and for the topic of overdue ones. Moments are RFC 3339 in UTC, amounts numbers with their digits.</summary>
internal static class ReconciliationJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All there is, for the API.</summary>
    public static byte[] View(ReconciliationState state, Evaluation evaluation, DateTimeOffset now) => Write(json =>
    {
        Head(json, state, state.ExpiresAt <= now ? "expired" : StatusName(state.Status));
        Moment(json, "dueAt", state.DueAt);
        Moment(json, "overdueAt", state.OverdueAt);
        Moment(json, "completedAt", state.CompletedAt);
        Moment(json, "expiresAt", state.ExpiresAt);
        json.WriteString("progress", evaluation.Progress);
        if (evaluation.IsUnreadable) json.WriteString("problem", "the definition cannot read the expected message any more");
        Expected(json, evaluation);
        Arrived(json, "arrived", state.Arrivals);
        Missing(json, evaluation);
        Arrived(json, "unexpected", evaluation.Unexpected);
        Positions(json, state);
    });

    /// <summary>The record of an entity that became overdue.</summary>
    public static byte[] Overdue(ReconciliationState state, Evaluation evaluation) => Write(json =>
    {
        Head(json, state, StatusName(state.Status));
        Moment(json, "dueAt", state.DueAt);
        Moment(json, "overdueAt", state.OverdueAt);
        json.WriteString("progress", evaluation.Progress);
        Missing(json, evaluation);
        Arrived(json, "arrived", state.Arrivals);
    });

    public static string StatusName(ReconciliationStatus status) => status switch
    {
        ReconciliationStatus.Waiting => "waiting",
        ReconciliationStatus.Open => "open",
        ReconciliationStatus.Overdue => "overdue",
        ReconciliationStatus.Complete => "complete",
        ReconciliationStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Head(Utf8JsonWriter json, ReconciliationState state, string status)
    {
        json.WriteString("entity", state.Entity);
        json.WriteString("id", state.Id);
        json.WriteString("status", status);
        Moment(json, "since", state.Since);
    }

    private static void Expected(Utf8JsonWriter json, Evaluation evaluation)
    {
        json.WritePropertyName("expected");
        if (evaluation.Expected is not { } expected) json.WriteNullValue();
        else if (expected.Amount is { } amount) AmountObject(json, AmountSum.Of(amount.Value), amount.Currency);
        else List(json, expected.Elements);
    }

    private static void Missing(Utf8JsonWriter json, Evaluation evaluation)
    {
        json.WritePropertyName("missing");
        if (evaluation.Expected is null) json.WriteNullValue();
        else if (evaluation.MissingAmount is not { } amount) List(json, evaluation.Missing);
        else if (evaluation.IsComplete) json.WriteNullValue();
        else AmountObject(json, amount, evaluation.Expected.Amount!.Value.Currency);
    }

    private static void AmountObject(Utf8JsonWriter json, AmountSum amount, string? currency)
    {
        json.WriteStartObject();
        AmountMembers(json, amount, currency);
        json.WriteEndObject();
    }

    private static void AmountMembers(Utf8JsonWriter json, AmountSum amount, string? currency)
    {
        json.WritePropertyName("amount");
        json.WriteRawValue(amount.ToString());
        if (currency is not null) json.WriteString("currency", currency);
    }

    private static void List(Utf8JsonWriter json, IEnumerable<string> elements)
    {
        json.WriteStartArray();
        foreach (var element in elements) json.WriteStringValue(element);
        json.WriteEndArray();
    }

    private static void Arrived(Utf8JsonWriter json, string name, IEnumerable<Arrival> arrivals)
    {
        json.WriteStartArray(name);
        foreach (var arrival in arrivals)
        {
            json.WriteStartObject();
            json.WriteString("element", arrival.Element);
            json.WriteString("at", arrival.At.ToString());
            Moment(json, "timestamp", arrival.Timestamp);
            if (arrival.Amount is { } amount) AmountMembers(json, AmountSum.Of(amount.Value), amount.Currency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Of each partition the last message that counts: what is behind it was not heard of, or said nothing new.
    private static void Positions(Utf8JsonWriter json, ReconciliationState state)
    {
        json.WriteStartObject("positions");
        var positions = state.Arrivals.Select(arrival => arrival.At);
        if (state.ExpectedAt is { } expected) positions = positions.Append(expected);
        foreach (var partition in positions.GroupBy(at => $"{at.Topic}-{at.Partition}").OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(partition.Key, partition.Max(at => at.Offset));
        }

        json.WriteEndObject();
    }

    private static void Moment(Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } known) json.WriteString(name, known.UtcDateTime);
        else json.WriteNull(name);
    }
}
