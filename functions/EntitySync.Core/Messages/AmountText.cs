using System.Buffers.Text;
using System.Globalization;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Messages;

/// <summary>Reads a number exactly, or not at all: <see cref="decimal"/> would round what it cannot hold.</summary>
internal static class AmountText
{
    /// <summary>Most digits, before and after the point together, zeros in front not counted.</summary>
    public const int MaximumDigits = 28;

    private const int LongestText = 100;

    /// <param name="field">The field's name in reasons.</param>
    /// <param name="text">A number as JSON writes it.</param>
    /// <param name="amount">Its value; digits after the point as they stand there.</param>
    /// <returns>Why it cannot be used; null when it can.</returns>
    public static string? Read(string field, ReadOnlySpan<byte> text, out decimal amount)
    {
        amount = 0;
        if (text.Length > LongestText || !IsNumber(text, out var digits)) return $"'{field}' is {Reasons.Quote(text)}, not a number";
        if (digits > MaximumDigits) return $"'{field}' is {Reasons.Quote(text)}: a number has at most {MaximumDigits} digits";
        amount = decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
        return null;
    }

    // Digits are those of the number written without exponent.
    private static bool IsNumber(ReadOnlySpan<byte> text, out int digits)
    {
        (digits, var exponent) = (0, 0);
        if (!text.IsEmpty && text[0] == '-') text = text[1..];
        var mark = text.IndexOfAny((byte)'e', (byte)'E');
        if (mark >= 0 && (!Utf8Parser.TryParse(text[(mark + 1)..], out exponent, out var read) || read != text.Length - mark - 1 || Math.Abs((long)exponent) > LongestText)) return false;
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? default : mantissa[(point + 1)..];
        digits = Math.Max(0, whole.TrimStart((byte)'0').Length + exponent) + Math.Max(0, fraction.Length - exponent);
        return AreDigits(whole) && (point < 0 || AreDigits(fraction));
    }

    private static bool AreDigits(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
