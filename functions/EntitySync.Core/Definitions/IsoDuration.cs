using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Durations as ISO 8601 writes them, of parts that always last as long: days of 24 hours, hours, minutes and whole seconds (<c>P2D</c>, <c>PT12H</c>, <c>P1DT30M</c>).
/// Years, months, weeks, fractions and signs are none.
/// </summary>
public static partial class IsoDuration
{
    /// <summary>Anchored, and of the subset that .NET and JSON Schema (ECMA 262) read alike.</summary>
    internal const string Pattern = "^P(?=[0-9T])([0-9]{1,9}D)?(T(?=[0-9])([0-9]{1,9}H)?([0-9]{1,9}M)?([0-9]{1,9}S)?)?$";

    /// <summary>Null when <paramref name="text"/> is none; <see cref="TimeSpan.MaxValue"/> for what a <see cref="TimeSpan"/> cannot hold.</summary>
    public static TimeSpan? TryParse(string text)
    {
        // '$' also matches before a final line break.
        if (Form().Match(text) is not { Success: true } match || match.Length != text.Length) return null;
        var seconds = (Part(match.Groups[1]) * 86_400) + (Part(match.Groups[3]) * 3_600) + (Part(match.Groups[4]) * 60) + Part(match.Groups[5]);
        return seconds > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond ? TimeSpan.MaxValue : TimeSpan.FromSeconds(seconds);
    }

    /// <summary>The shortest text of a duration, whole seconds of it: <c>P1D</c>, not <c>PT24H</c>; <c>PT0S</c> for none.</summary>
    public static string Text(TimeSpan duration)
    {
        var text = new StringBuilder("P");
        Append(text, duration.Days, 'D');
        if (duration.Hours + duration.Minutes + duration.Seconds > 0) text.Append('T');
        Append(text, duration.Hours, 'H');
        Append(text, duration.Minutes, 'M');
        Append(text, duration.Seconds, 'S');
        return text.Length == 1 ? "PT0S" : text.ToString();
    }

    private static void Append(StringBuilder text, int number, char unit)
    {
        if (number > 0) text.Append(CultureInfo.InvariantCulture, $"{number}{unit}");
    }

    private static long Part(Group group) => group.Success ? long.Parse(group.ValueSpan[..^1], CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
