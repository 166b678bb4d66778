using EntitySync.Adapters.Kafka.Credentials;

namespace EntitySync.Tests.Adapters.Kafka.Credentials;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("S3CRET")]
    [InlineData("\"S3CRET\"")]
    [InlineData("""{"username":"S3CRET"}""")]
    [InlineData("""{"username":"u","password":""}""")]
    [InlineData("""{"username":"u","password":12345}""")]
    [InlineData("""{"username":"u","password":"S3CRET}""")]
    [InlineData("""{"Username":"u","Password":"S3CRET"}""")]
    public void OtherThanUserAndPassword_IsRefusedWithoutRepeatingIt(string text) => Refusal(() => SecretText.UserPassword(text))
        .ShouldBe("""{"username":"...","password":"..."} is expected, both not empty.""");

    [Theory]
    [InlineData("S3CRET")]
    [InlineData("""{"certificate":"S3CRET","privateKey":"S3CRET"}""")]
    [InlineData("""{"certificate":"-----BEGIN CERTIFICATE-----S3CRET"}""")]
    [InlineData("""{"certificate":"-----BEGIN CERTIFICATE-----S3CRET","privateKey":"S3CRET"}""")]
    public void OtherThanCertificateAndKey_IsRefusedWithoutRepeatingIt(string text) => Refusal(() => SecretText.ClientCertificate(text))
        .ShouldBe("""{"certificate":"...","privateKey":"...","privateKeyPassword":"..."} is expected, the first two in PEM, the last only with an encrypted key.""");

    [Theory]
    [InlineData("S3CRET")]
    [InlineData("""{"ca":"-----BEGIN CERTIFICATE-----S3CRET"}""")]
    [InlineData("""{"certificate":"S3CRET"}""")]
    public void OtherThanAnAuthority_IsRefusedWithoutRepeatingIt(string text) => Refusal(() => SecretText.CaCertificate(text))
        .ShouldBe("""certificates in PEM are expected, or {"certificate":"..."} with them.""");

    [Fact]
    public void Authority_IsTakenInBothForms()
    {
        SecretText.CaCertificate(SecretSamples.Certificate).ShouldBe(SecretSamples.Certificate);
        SecretText.CaCertificate($$"""{"certificate":"{{SecretSamples.Escape(SecretSamples.Certificate)}}"}""").ShouldBe(SecretSamples.Certificate);
    }

    [Fact]
    public void Parts_DoNotPrintThemselves()
    {
        SecretText.UserPassword(SecretSamples.User()).ToString()!.ShouldNotContain(SecretSamples.Mark);
        SecretText.ClientCertificate(SecretSamples.Client()).ToString()!.ShouldNotContain(SecretSamples.Mark);
    }

    private static string Refusal(Action read)
    {
        var refused = Should.Throw<FormatException>(read);
        refused.ToString().ShouldNotContain(SecretSamples.Mark);
        return refused.Message;
    }
}
