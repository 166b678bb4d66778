using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace EntitySync.Core.Definitions.Yaml;

internal enum ScalarKind { Text, Null, Flag, Integer, Float, NotANumber }

/// <summary>What a plain scalar means by the core schema of YAML 1.2: <c>yes</c>, <c>on</c> and dates are text, <c>012</c> is twelve.</summary>
internal static partial class CoreScalars
{
    public static ScalarKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Flag,
        _ when IntegerPattern().IsMatch(text) => ScalarKind.Integer,
        _ when FloatPattern().IsMatch(text) => ScalarKind.Float,
        _ when NotANumberPattern().IsMatch(text) => ScalarKind.NotANumber,
        _ => ScalarKind.Text,
    };

    public static bool IsTrue(string text) => text.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The JSON number of an integer or float scalar with all its digits: <c>12.50</c> stays so, <c>+.5</c> becomes <c>0.5</c>.</summary>
    public static string ToJsonNumber(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal)) return BigInteger.Parse("0" + text[2..], NumberStyles.HexNumber).ToString();
        if (text.StartsWith("0o", StringComparison.Ordinal)) return text[2..].Aggregate(BigInteger.Zero, (number, digit) => (number * 8) + (digit - '0')).ToString();

        var sign = text[0] == '-' ? "-" : "";
        var digits = text.TrimStart('+', '-');
        var end = digits.IndexOfAny(['.', 'e', 'E']);
        var whole = (end < 0 ? digits : digits[..end]).TrimStart('0');
        var rest = end < 0 ? "" : digits[end..];
        // JSON wants a digit on both sides of the point.
        if (rest.StartsWith('.') && (rest.Length == 1 || !char.IsAsciiDigit(rest[1]))) rest = ".0" + rest[1..];
        return sign + (whole.Length == 0 ? "0" : whole) + rest;
    }

    [GeneratedRegex(@"\A(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\z")]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(@"\A[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\z")]
    private static partial Regex FloatPattern();

    [GeneratedRegex(@"\A(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex NotANumberPattern();
}
