using System.Globalization;
using System.Numerics;

namespace EntitySync.Core.Messages;

/// <summary>An exact sum of amounts, however many: a decimal would round where its digits end. Keeps as many digits after the point as the amount with the most has.</summary>
internal readonly struct AmountSum : IComparable<AmountSum>
{
    private readonly BigInteger _units;
    private readonly int _digits;

    private AmountSum(BigInteger units, int digits)
    {
        _units = units;
        _digits = digits;
    }

    /// <summary>The sum without its point: 12.50 is 1250.</summary>
    public BigInteger Units => _units;

    /// <summary>Digits after the point.</summary>
    public int Digits => _digits;

    public static AmountSum operator +(AmountSum one, AmountSum other) => Add(one, other);

    public static AmountSum operator +(AmountSum sum, decimal amount) => Add(sum, Of(amount));

    /// <summary>What is missing from one to the other.</summary>
    public static AmountSum operator -(AmountSum one, AmountSum other) => Add(one, new AmountSum(-other._units, other._digits));

    public static AmountSum Of(decimal amount)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(amount, bits);
        var units = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return new AmountSum(bits[3] < 0 ? -units : units, (bits[3] >> 16) & 0xff);
    }

    /// <param name="units">The sum without its point.</param>
    /// <param name="digits">Digits after the point.</param>
    public static AmountSum Of(BigInteger units, int digits) => new(units, digits);

    public int CompareTo(AmountSum other) => (this - other)._units.Sign;

    /// <summary>With at least as many digits after the point as <paramref name="like"/> has.</summary>
    public string Text(AmountSum like)
    {
        var shown = Add(this, new AmountSum(BigInteger.Zero, like._digits));
        var digits = BigInteger.Abs(shown._units).ToString(CultureInfo.InvariantCulture).PadLeft(shown._digits + 1, '0');
        var sign = shown._units.Sign < 0 ? "-" : "";
        return shown._digits == 0 ? sign + digits : $"{sign}{digits.AsSpan(0, digits.Length - shown._digits)}.{digits.AsSpan(digits.Length - shown._digits)}";
    }

    public override string ToString() => Text(this);

    private static AmountSum Add(AmountSum one, AmountSum other)
    {
        var digits = Math.Max(one._digits, other._digits);
        return new AmountSum(one.Scaled(digits) + other.Scaled(digits), digits);
    }

    private BigInteger Scaled(int digits) => digits == _digits ? _units : _units * BigInteger.Pow(10, digits - _digits);
}
