namespace EntitySync.Adapters.DynamoDb;

/// <summary>What DynamoDB keeps of a number: 38 significant digits, 0 or magnitudes from 1E-130 to 9.9…E+125.</summary>
public static class DynamoDbNumber
{
    private const int MaximumDigits = 38;
    private const int SmallestExponent = -130;
    private const int LargestExponent = 125;

    /// <param name="number">A number as JSON writes it.</param>
    /// <returns>The end of a sentence that begins with the field; null when DynamoDB keeps the number whole.</returns>
    public static string? Error(string number)
    {
        var (digits, exponent) = Parse(number);
        if (digits.Length == 0) return null;
        if (digits.Length > MaximumDigits) return $"has {digits.Length} significant digits; DynamoDB keeps at most {MaximumDigits}. Send it as text if it must be exact.";
        return exponent < SmallestExponent || exponent > LargestExponent
            ? $"is outside of DynamoDB's range of numbers (1E{SmallestExponent} to 9.99E+{LargestExponent})."
            : null;
    }

    // Significant digits without zeros at either end, and the power of ten of the first of them.
    private static (string Digits, long Exponent) Parse(string number)
    {
        var unsigned = number.AsSpan().TrimStart('-');
        var e = unsigned.IndexOfAny('e', 'E');
        var power = e < 0 ? 0L : ParsePower(unsigned[(e + 1)..]);
        var mantissa = e < 0 ? unsigned : unsigned[..e];
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = string.Concat(whole, point < 0 ? "" : mantissa[(point + 1)..]);
        var leading = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), power + whole.Length - 1 - leading);
    }

    // Whatever has more digits than this is out of range; parsing a megabyte of them would only cost time.
    private static long ParsePower(ReadOnlySpan<char> power)
    {
        var digits = power.TrimStart("+-").TrimStart('0');
        if (digits.Length > 9) digits = "999999999";
        var value = digits.Length == 0 ? 0 : long.Parse(digits);
        return power[0] == '-' ? -value : value;
    }
}
