namespace EntitySync.Core.Messages;

internal static class Moments
{
    /// <summary>The end of time when it would be later.</summary>
    public static DateTimeOffset Add(DateTimeOffset moment, TimeSpan by) => DateTimeOffset.MaxValue - moment > by ? moment + by : DateTimeOffset.MaxValue;
}
