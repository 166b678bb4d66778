using EntitySync.Adapters;

namespace EntitySync.Tests.Adapters;

public sealed class EntitySyncSettingsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("65535", 65535)]
    [InlineData("", 8080)]
    [InlineData(null, 8080)]
    public void Port_IsTaken(string? text, int port) => Read("JOIN_HTTP_PORT", text).JoinHttpPort.ShouldBe(port);

    [Theory]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("http")]
    [InlineData("8 080")]
    public void PortOutOfRange_IsNamed(string text) => Should.Throw<FormatException>(() => Read("JOIN_HTTP_PORT", text)).Message
        .ShouldBe($"JOIN_HTTP_PORT is '{text}': a port from 1 to 65535 is expected, or 0 to let the system choose.");

    [Fact]
    public void Collector_IsAnAddress()
    {
        Read("OTEL_EXPORTER_OTLP_ENDPOINT", "").OtlpEndpoint.ShouldBeNull();
        Read("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317").OtlpEndpoint.ShouldBe(new Uri("http://collector:4317"));
        Should.Throw<FormatException>(() => Read("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")).Message
            .ShouldBe("OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317': an address such as http://collector:4317 is expected.");
        Should.Throw<FormatException>(() => Read("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")).Message
            .ShouldBe("OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'; allowed: grpc, http/protobuf.");
    }

    [Theory]
    [InlineData(null, KafkaAuthentication.None)]
    [InlineData("none", KafkaAuthentication.None)]
    [InlineData("iam", KafkaAuthentication.Iam)]
    [InlineData("scram", KafkaAuthentication.Scram)]
    [InlineData("mtls", KafkaAuthentication.Mtls)]
    public void Authentication_IsTaken(string? text, KafkaAuthentication authentication) => Read("KAFKA_AUTHENTICATION", text).KafkaAuthentication.ShouldBe(authentication);

    [Fact]
    public void UnknownAuthentication_IsNamed() => Should.Throw<FormatException>(() => Read("KAFKA_AUTHENTICATION", "SCRAM")).Message
        .ShouldBe("KAFKA_AUTHENTICATION is 'SCRAM'; allowed: none, iam, scram, mtls.");

    [Fact]
    public void Region_IsTheProcessesOwn()
    {
        Read("AWS_REGION", "eu-west-1").AwsRegion.ShouldBe("eu-west-1");
        Read("AWS_DEFAULT_REGION", "eu-west-2").AwsRegion.ShouldBe("eu-west-2");
        EntitySyncSettings.From(asked => asked switch { "AWS_REGION" => "eu-west-1", "AWS_DEFAULT_REGION" => "eu-west-2", _ => null }).AwsRegion.ShouldBe("eu-west-1");
        Read("AWS_REGION", "").AwsRegion.ShouldBeNull();
    }

    private static EntitySyncSettings Read(string name, string? text) => EntitySyncSettings.From(asked => asked == name ? text : null);
}
