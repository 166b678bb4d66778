using System.Globalization;

namespace EntitySync.Local.Template;

/// <summary>Schedules of the form <c>rate(5 minutes)</c>.</summary>
internal static class RateExpression
{
    /// <param name="expression">As the template has it.</param>
    /// <param name="source">The event's name, for messages.</param>
    /// <exception cref="InvalidDataException">Not such a schedule; the service would refuse it too, or it is a cron(...), which the runner does not run.</exception>
    public static TimeSpan Parse(string expression, string source)
    {
        if (expression is not ['r', 'a', 't', 'e', '(', .. var inner, ')'] || inner.Split(' ') is not [var number, var unit]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
            throw new InvalidDataException($"{source}: the schedule is '{expression}'; the local runner knows rate(VALUE UNIT), e.g. rate(1 minute) or rate(5 minutes).");
        return (unit, count) switch
        {
            ("minute", 1) or ("minutes", > 1) => TimeSpan.FromMinutes(count),
            ("hour", 1) or ("hours", > 1) => TimeSpan.FromHours(count),
            ("day", 1) or ("days", > 1) => TimeSpan.FromDays(count),
            _ => throw new InvalidDataException($"{source}: '{expression}' has the unit '{unit}'; allowed are minute, hour and day for 1, minutes, hours and days for more."),
        };
    }
}
