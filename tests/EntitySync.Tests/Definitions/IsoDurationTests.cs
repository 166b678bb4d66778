using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

public sealed class IsoDurationTests
{
    [Theory]
    [InlineData("P2D", "2.00:00:00", "P2D")]
    [InlineData("PT12H", "12:00:00", "PT12H")]
    [InlineData("PT48H", "2.00:00:00", "P2D")]
    [InlineData("PT90M", "01:30:00", "PT1H30M")]
    [InlineData("PT3661S", "01:01:01", "PT1H1M1S")]
    [InlineData("P1DT2H3M4S", "1.02:03:04", "P1DT2H3M4S")]
    [InlineData("P007D", "7.00:00:00", "P7D")]
    [InlineData("P0D", "00:00:00", "PT0S")]
    [InlineData("PT1H5S", "01:00:05", "PT1H5S")]
    public void Duration_IsReadAndWrittenShortest(string text, string duration, string shortest)
    {
        var parsed = IsoDuration.TryParse(text);

        parsed.ShouldBe(TimeSpan.Parse(duration, System.Globalization.CultureInfo.InvariantCulture));
        IsoDuration.Text(parsed!.Value).ShouldBe(shortest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("P1Y")]
    [InlineData("P1M")]
    [InlineData("P2W")]
    [InlineData("PT1.5H")]
    [InlineData("-P1D")]
    [InlineData("P-1D")]
    [InlineData("p1d")]
    [InlineData("PT1M1H")]
    [InlineData("P1H")]
    [InlineData("P1D ")]
    [InlineData("P1D\n")]
    [InlineData("P\u0661D")]
    [InlineData("P1234567890D")]
    public void AnythingElse_IsNone(string text) => IsoDuration.TryParse(text).ShouldBeNull();

    [Fact]
    public void WhatATimeSpanCannotHold_IsItsLargest() => IsoDuration.TryParse("P999999999DT999999999H").ShouldBe(TimeSpan.MaxValue);
}
