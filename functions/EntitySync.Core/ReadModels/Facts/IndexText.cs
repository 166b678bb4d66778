using System.Numerics;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Messages;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>Texts under which rows are listed: equal values have equal texts.</summary>
public static class IndexText
{
    /// <summary>Most bytes of a text (UTF-8).</summary>
    public const int MaximumBytes = 1024;

    // What DynamoDB keeps of a number.
    private const int MostDigits = 38;
    private const int LargestExponent = 125;
    private const int SmallestExponent = -130;

    /// <summary>A string's text, a number in one form of its own, <c>true</c> or <c>false</c>.</summary>
    /// <param name="json">JSON text; empty for a field that is absent.</param>
    /// <returns>Null for what has none (null, objects, arrays, half a surrogate pair), is empty, or has more than <see cref="MaximumBytes"/>.</returns>
    public static string? Of(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) return null;
        var text = json[0] switch
        {
            (byte)'"' => TextOf(json),
            (byte)'t' or (byte)'f' => Encoding.ASCII.GetString(json),
            (byte)'n' or (byte)'{' or (byte)'[' => null,
            _ => OfNumber(json),
        };
        return string.IsNullOrEmpty(text) || Encoding.UTF8.GetByteCount(text) > MaximumBytes ? null : text;
    }

    /// <summary>A number as JSON writes it, without superfluous zeros or exponent: <c>12.50</c> and <c>1.25e1</c> are <c>12.5</c>.</summary>
    /// <param name="json">JSON text of a number; of anything else there is no text.</param>
    /// <returns>Null for what is no number, or has more digits than a table can order by: 38, between 1e-130 and 1e126.</returns>
    public static string? OfNumber(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] is not ((byte)'-' or (>= (byte)'0' and <= (byte)'9'))) return null;
        var sign = json[0] == '-' ? "-" : "";
        var mantissa = Encoding.ASCII.GetString(sign.Length > 0 ? json[1..] : json).AsSpan();
        var exponent = BigInteger.Zero;
        if (mantissa.IndexOfAny('e', 'E') is >= 0 and var mark)
        {
            if (!JsonExponent.TryParse(mantissa[(mark + 1)..], out exponent)) return null;
            mantissa = mantissa[..mark];
        }

        var point = mantissa.IndexOf('.');
        var digits = (point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..])).AsSpan();
        exponent += point < 0 ? mantissa.Length : point; // the number is 0.DIGITS * 10^exponent
        var significant = digits.TrimStart('0');
        exponent -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        if (significant.IsEmpty) return "0";
        if (significant.Length > MostDigits || exponent - 1 > LargestExponent || exponent - 1 < SmallestExponent) return null;
        return sign + Plain(significant, (int)exponent);
    }

    private static string Plain(ReadOnlySpan<char> digits, int whole)
    {
        if (whole <= 0) return $"0.{new string('0', -whole)}{digits}";
        return whole >= digits.Length ? $"{digits}{new string('0', whole - digits.Length)}" : $"{digits[..whole]}.{digits[whole..]}";
    }

    private static string? TextOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }
}
