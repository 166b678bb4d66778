using System.Text.Json;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.EventSources;

/// <summary>Reads <c>{"batchItemFailures":[{"itemIdentifier":...}]}</c>. Property names count exactly; anything else than this shape is a failure of the whole batch.</summary>
internal static class BatchResponse
{
    /// <summary>Gives the outcome of an invocation; <paramref name="remaining"/> turns the identifiers into the records that come again.</summary>
    public static DeliveryOutcome<T> Outcome<T>(
        IReadOnlyList<T> batch, LambdaResult result, bool partialResponses, Func<IReadOnlyList<JsonElement>, DeliveryOutcome<T>> remaining)
    {
        if (result.FunctionError is not null) return DeliveryOutcome<T>.Failed(batch, ErrorText(result.Payload));
        if (!partialResponses) return DeliveryOutcome<T>.Done;
        try
        {
            // An empty answer, null and an object without the list all mean that everything is done.
            if (result.Payload.IsEmpty) return DeliveryOutcome<T>.Done;
            using var document = JsonDocument.Parse(result.Payload);
            if (document.RootElement.ValueKind == JsonValueKind.Null) return DeliveryOutcome<T>.Done;
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Malformed(batch, result.Payload);
            if (!document.RootElement.TryGetProperty("batchItemFailures", out var failures) || failures.ValueKind == JsonValueKind.Null) return DeliveryOutcome<T>.Done;
            if (failures.ValueKind != JsonValueKind.Array) return Malformed(batch, result.Payload);
            var identifiers = new List<JsonElement>();
            foreach (var failure in failures.EnumerateArray())
            {
                if (failure.ValueKind != JsonValueKind.Object || !failure.TryGetProperty("itemIdentifier", out var identifier)) return Malformed(batch, result.Payload);
                identifiers.Add(identifier);
            }

            return identifiers.Count == 0 ? DeliveryOutcome<T>.Done : remaining(identifiers);
        }
        catch (JsonException)
        {
            return Malformed(batch, result.Payload);
        }
    }

    public static DeliveryOutcome<T> Malformed<T>(IReadOnlyList<T> batch, ReadOnlyMemory<byte> payload) =>
        DeliveryOutcome<T>.Failed(batch, "malformed response: " + Short(payload));

    /// <summary>What an answer with a function error says, in one line.</summary>
    public static string ErrorText(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement is { ValueKind: JsonValueKind.Object } error && error.TryGetProperty("errorType", out var type) && error.TryGetProperty("errorMessage", out var message)
                ? $"{type}: {message}"
                : Short(payload);
        }
        catch (JsonException)
        {
            return Short(payload);
        }
    }

    private static string Short(ReadOnlyMemory<byte> payload) => System.Text.Encoding.UTF8.GetString(payload.Span[..Math.Min(payload.Length, 200)]);
}
