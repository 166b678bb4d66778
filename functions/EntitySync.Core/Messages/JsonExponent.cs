using System.Globalization;
using System.Numerics;

namespace EntitySync.Core.Messages;

/// <summary>
/// Exponents of JSON numbers. JSON bounds them nowhere, and making a number of a million digits costs the square of them: a record of a few megabytes would hold up its
/// partition for minutes.
/// </summary>
internal static class JsonExponent
{
    /// <summary>Most digits, zeros in front not counted.</summary>
    public const int MaximumDigits = 1000;

    /// <param name="text">What stands behind the <c>e</c>: digits, perhaps with a sign before them.</param>
    /// <param name="exponent">Its value.</param>
    /// <returns>False when it is none, or has more than <see cref="MaximumDigits"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out BigInteger exponent)
    {
        exponent = BigInteger.Zero;
        if (text.IsEmpty) return false;
        var isNegative = text[0] == '-';
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        if (digits.IsEmpty) return false;
        digits = digits.TrimStart('0');
        if (digits.Length > MaximumDigits) return false;
        if (!digits.IsEmpty && !BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out exponent)) return false;
        if (isNegative) exponent = -exponent;
        return true;
    }
}
