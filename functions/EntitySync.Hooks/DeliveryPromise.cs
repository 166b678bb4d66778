using System.Text.Json;
using EntitySync.Core.Hooks;

namespace EntitySync.Hooks;

/// <summary>
/// An example to start from: says the delivery times that a relation has set in words for a shop's page. <c>"minimumDeliveryTime":3,"maximumDeliveryTime":5</c> adds
/// <c>"deliveryPromise":"3 to 5 days"</c> as the last property; an earlier one of that name is replaced. Items without times pass as they are, and one whose times
/// contradict each other is rejected.
/// </summary>
public sealed class DeliveryPromise : IEntityHook
{
    private static ReadOnlySpan<byte> Promise => "deliveryPromise"u8;

    public HookResult Apply(in HookInput input, HookOutput output)
    {
        if (!TryReadTimes(input.Document, out var minimum, out var maximum)) return HookResult.Unchanged;
        if (minimum > maximum) return HookResult.Rejected($"minimumDeliveryTime {minimum} is above maximumDeliveryTime {maximum}");

        var json = output.Json;
        json.WriteStartObject();
        CopyProperties(input.Document, json);
        json.WriteString(Promise, InWords(minimum, maximum));
        json.WriteEndObject();
        return HookResult.Written;
    }

    /// <returns>False unless both times are whole numbers of days.</returns>
    private static bool TryReadTimes(ReadOnlySpan<byte> document, out int minimum, out int maximum)
    {
        (minimum, maximum) = (-1, -1);
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMinimum = reader.ValueTextEquals("minimumDeliveryTime"u8);
            var isMaximum = reader.ValueTextEquals("maximumDeliveryTime"u8);
            reader.Read();
            if ((isMinimum || isMaximum) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var days))
            {
                if (isMinimum) minimum = days;
                else maximum = days;
            }

            reader.Skip();
        }

        return minimum >= 0 && maximum >= 0;
    }

    // Values are copied as the bytes they are: 12.50 stays 12.50.
    private static void CopyProperties(ReadOnlySpan<byte> document, Utf8JsonWriter json)
    {
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPromise = reader.ValueTextEquals(Promise);
            if (!isPromise) WriteName(ref reader, json);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isPromise) json.WriteRawValue(document[start..(int)reader.BytesConsumed], skipInputValidation: true);
        }
    }

    private static void WriteName(ref Utf8JsonReader reader, Utf8JsonWriter json)
    {
        if (reader.ValueIsEscaped) json.WritePropertyName(reader.GetString()!);
        else json.WritePropertyName(reader.ValueSpan);
    }

    private static string InWords(int minimum, int maximum) => (minimum, maximum) switch
    {
        (_, 0) => "today",
        (1, 1) => "1 day",
        _ when minimum == maximum => $"{minimum} days",
        _ => $"{minimum} to {maximum} days",
    };
}
