using System.Globalization;

namespace EntitySync.Local.Advise;

/// <summary>Numbers as they deserve to be read: two digits.</summary>
internal static class About
{
    public static string Seconds(double seconds) => seconds switch
    {
        < 120 => $"{Number(Math.Max(seconds, 0.1))} s",
        < 2 * 3600 => $"{Number(seconds / 60)} min",
        < 2 * 86_400 => $"{Number(seconds / 3600)} h",
        _ => $"{Number(seconds / 86_400)} days",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 1e3 => $"{Number(bytes)} bytes",
        < 1e6 => $"{Number(bytes / 1e3)} kB",
        < 1e9 => $"{Number(bytes / 1e6)} MB",
        < 1e12 => $"{Number(bytes / 1e9)} GB",
        _ => $"{Number(bytes / 1e12)} TB",
    };

    public static string Count(double count) => count switch
    {
        > 0 and < 0.95 => "under 1",
        < 10_000 => Number(count),
        < 1e6 => $"{Number(count / 1e3)} thousand",
        < 1e9 => $"{Number(count / 1e6)} million",
        _ => $"{Number(count / 1e9)} billion",
    };

    public static string Money(double amount) => amount is > 0 and < 0.1 ? "under 0.10" : Number(amount);

    /// <summary>Two digits, and no more than one after the point: 0.4, 2.7, 27, 270, 27,000.</summary>
    public static string Number(double number)
    {
        var rounded = TwoDigits(number);
        return rounded.ToString(rounded is > 0 and < 10 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
    }

    private static double TwoDigits(double number)
    {
        if (number < 10) return Math.Round(number, 1, MidpointRounding.AwayFromZero);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(number)) - 1);
        return Math.Round(number / unit, MidpointRounding.AwayFromZero) * unit;
    }
}
