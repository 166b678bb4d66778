using System.Buffers.Text;

namespace EntitySync.Core.Messages;

/// <summary>Reads a moment as RFC 3339 writes it: <c>2026-01-31T12:00:00.25+01:00</c>, with at most nine digits after the point.</summary>
internal static class MomentText
{
    private const int MostDigits = 9;
    private const int TickDigits = 7;
    private const int LargestOffsetHours = 14;

    /// <param name="text">UTF-8.</param>
    /// <param name="moment">In UTC; what is below 100 ns is cut off.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset moment)
    {
        moment = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || text[13] != ':' || text[16] != ':') return false;
        if (!Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)) return false;
        if (!Number(text[11..13], out var hour) || !Number(text[14..16], out var minute) || !Number(text[17..19], out var second)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        if (!Fraction(text[19..], out var ticks, out var zone) || !Zone(zone, out var offset)) return false;
        ticks += new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - offset;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) return false;
        moment = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool Fraction(ReadOnlySpan<byte> text, out long ticks, out ReadOnlySpan<byte> rest)
    {
        ticks = 0;
        rest = text;
        if (text[0] != '.') return true;
        var digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is < 1 or > MostDigits) return false;
        for (var i = 1; i <= TickDigits; i++) ticks = (ticks * 10) + (i <= digits ? text[i] - '0' : 0);
        rest = text[(digits + 1)..];
        return true;
    }

    private static bool Zone(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text is [(byte)'Z' or (byte)'z']) return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':' || !Number(text[1..3], out var hours) || !Number(text[4..], out var minutes)) return false;
        if (minutes > 59 || (hours * 60) + minutes > LargestOffsetHours * 60) return false;
        ticks = ((hours * 60) + minutes) * TimeSpan.TicksPerMinute * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        return digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && Utf8Parser.TryParse(digits, out number, out _);
    }
}
