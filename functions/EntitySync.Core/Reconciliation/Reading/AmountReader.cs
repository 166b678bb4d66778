using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Reconciliation.Reading;

/// <summary>Reads an amount with its currency. Immutable, thread-safe.</summary>
internal sealed class AmountReader(AmountDefinition definition, FieldReader fields)
{
    private const int LongestCurrency = 64;

    private readonly int _value = fields.IndexOf(definition.Value);
    private readonly int _currency = definition.Currency is { } currency ? fields.IndexOf(currency) : -1;

    /// <summary>The fields that an amount is made of.</summary>
    public static IEnumerable<FieldPath> FieldsOf(AmountDefinition? definition)
    {
        if (definition is null) yield break;
        yield return definition.Value;
        if (definition.Currency is { } currency) yield return currency;
    }

    /// <returns>Why it cannot be used; null when it can.</returns>
    public string? Read(ReadOnlySpan<byte> message, FieldValues values, out Amount amount)
    {
        amount = default;
        if (KeyReader.ReadText(definition.Value.Text, values[_value], message, values, out var text) is { } problem) return problem;
        if (AmountText.Read(definition.Value.Text, Encoding.UTF8.GetBytes(text), out var value) is { } notNumber) return notNumber;
        string? currency = null;
        if (_currency >= 0)
        {
            if (KeyReader.ReadText(definition.Currency!.Text, values[_currency], message, values, out currency) is { } noCurrency) return noCurrency;
            if (currency.Length is 0 or > LongestCurrency) return $"'{definition.Currency}' is no currency: it has {currency.Length} characters";
        }

        amount = new Amount(value, currency);
        return null;
    }
}
