using System.Numerics;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// A scalar of a related row, made once into a form that compares exactly: numbers of any length by value (never through a double),
/// numbers before strings before booleans, strings by their UTF-8 bytes.
/// </summary>
public sealed class PickValue
{
    private readonly byte _rank;
    private readonly int _sign;
    private readonly BigInteger _exponent;
    private readonly byte[] _text;

    private PickValue(int rank, int sign, BigInteger exponent, byte[] text)
    {
        _rank = (byte)rank;
        _sign = sign;
        _exponent = exponent;
        _text = text;
    }

    /// <summary>Null for what cannot be compared: null, objects, arrays, numbers whose exponent has more than 1,000 digits.</summary>
    public static PickValue? From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => Number(element.GetRawText()),
        JsonValueKind.String => new PickValue(1, 1, BigInteger.Zero, Encoding.UTF8.GetBytes(element.GetString()!)),
        JsonValueKind.False => new PickValue(2, 1, BigInteger.Zero, []),
        JsonValueKind.True => new PickValue(3, 1, BigInteger.Zero, []),
        _ => null,
    };

    /// <summary>As <see cref="From(JsonElement)"/>, of a token and its text (UTF-8, unescaped).</summary>
    internal static PickValue? From(JsonTokenType token, ReadOnlySpan<byte> text) => token switch
    {
        JsonTokenType.Number => Number(Encoding.ASCII.GetString(text)),
        JsonTokenType.String => new PickValue(1, 1, BigInteger.Zero, text.ToArray()),
        JsonTokenType.False => new PickValue(2, 1, BigInteger.Zero, []),
        JsonTokenType.True => new PickValue(3, 1, BigInteger.Zero, []),
        _ => null,
    };

    /// <summary>True for a string of this text (UTF-8).</summary>
    internal bool IsText(ReadOnlySpan<byte> text) => _rank == 1 && text.SequenceEqual(_text);

    /// <summary>Negative, zero or positive, as usual.</summary>
    public int CompareTo(PickValue other)
    {
        if (_rank != other._rank) return _rank.CompareTo(other._rank);
        if (_sign != other._sign) return _sign.CompareTo(other._sign);
        var byExponent = _exponent.CompareTo(other._exponent);
        return _sign * (byExponent != 0 ? byExponent : _text.AsSpan().SequenceCompareTo(other._text));
    }

    // A number is sign * 0.DIGITS * 10^exponent without zeros at either end of DIGITS, so equal numbers have one form
    // and of two with the same exponent the digits decide from the left.
    private static PickValue? Number(string text)
    {
        var sign = text[0] == '-' ? -1 : 1;
        var mantissa = text.AsSpan(sign < 0 ? 1 : 0);
        var exponent = BigInteger.Zero;
        var mark = mantissa.IndexOfAny('e', 'E');
        if (mark >= 0)
        {
            if (!JsonExponent.TryParse(mantissa[(mark + 1)..], out exponent)) return null;
            mantissa = mantissa[..mark];
        }

        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa.Length : point;
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        var significant = digits.TrimStart('0');
        exponent += whole - (digits.Length - significant.Length);
        significant = significant.TrimEnd('0');
        return significant.Length == 0
            ? new PickValue(0, 0, BigInteger.Zero, [])
            : new PickValue(0, sign, exponent, Encoding.ASCII.GetBytes(significant));
    }
}
