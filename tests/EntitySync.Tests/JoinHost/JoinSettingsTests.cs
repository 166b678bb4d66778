using EntitySync.Adapters;

namespace EntitySync.Tests.JoinHost;

public sealed class JoinSettingsTests
{
    [Theory]
    [InlineData(null, ProcessingGuarantee.ExactlyOnce)]
    [InlineData("exactly-once", ProcessingGuarantee.ExactlyOnce)]
    [InlineData("at-least-once", ProcessingGuarantee.AtLeastOnce)]
    public void Guarantee_IsRead(string? text, ProcessingGuarantee expected) =>
        EntitySyncSettings.From(name => name == "JOIN_PROCESSING_GUARANTEE" ? text : null).JoinProcessingGuarantee.ShouldBe(expected);

    [Theory]
    [InlineData("JOIN_PROCESSING_GUARANTEE", "exactly_once", "JOIN_PROCESSING_GUARANTEE is 'exactly_once'; allowed: exactly-once, at-least-once.")]
    [InlineData("JOIN_ALLOW_UNCOMPACTED", "yes", "JOIN_ALLOW_UNCOMPACTED is 'yes'; allowed: true, false.")]
    public void OtherValue_IsNamedWithWhatIsAllowed(string name, string value, string message) =>
        Should.Throw<FormatException>(() => EntitySyncSettings.From(asked => asked == name ? value : null)).Message.ShouldBe(message);

    [Theory]
    [InlineData(null, 60)]
    [InlineData("0", 0)]
    [InlineData("30", 30)]
    public void ReportInterval_IsRead(string? text, int seconds) =>
        EntitySyncSettings.From(name => name == "JOIN_REPORT_SECONDS" ? text : null).JoinReportSeconds.ShouldBe(seconds);

    [Fact]
    public void Switch_IsRead() => EntitySyncSettings.From(name => name == "JOIN_ALLOW_UNCOMPACTED" ? "true" : null).JoinAllowUncompacted.ShouldBeTrue();
}
