using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Adapters.Kafka.Credentials;
using EntitySync.Core.Errors;

namespace EntitySync.Tests.Adapters.Kafka.Credentials;

public sealed class KafkaSecurityTests
{
    private const string Arn = SecretSamples.Arn;

    [Theory]
    [InlineData(KafkaAuthentication.None, null, null, SecurityProtocol.Ssl)]
    [InlineData(KafkaAuthentication.None, "ssl", null, SecurityProtocol.Ssl)]
    [InlineData(KafkaAuthentication.None, "plaintext", null, SecurityProtocol.Plaintext)]
    [InlineData(KafkaAuthentication.Iam, null, null, SecurityProtocol.SaslSsl)]
    [InlineData(KafkaAuthentication.Iam, "sasl_ssl", null, SecurityProtocol.SaslSsl)]
    [InlineData(KafkaAuthentication.Scram, null, Arn, SecurityProtocol.SaslSsl)]
    [InlineData(KafkaAuthentication.Scram, "SASL_SSL", Arn, SecurityProtocol.SaslSsl)]
    [InlineData(KafkaAuthentication.Mtls, null, Arn, SecurityProtocol.Ssl)]
    [InlineData(KafkaAuthentication.Mtls, "ssl", Arn, SecurityProtocol.Ssl)]
    public void Protocol_FollowsFromTheAuthentication(KafkaAuthentication authentication, string? protocol, string? arn, SecurityProtocol expected) =>
        KafkaSecurity.Check(Settings(authentication, protocol, arn)).ShouldBe(expected);

    [Theory]
    [InlineData(KafkaAuthentication.None, "tls", null, null, "KAFKA_SECURITY_PROTOCOL is 'tls'; allowed: ssl, sasl_ssl, plaintext.")]
    [InlineData(KafkaAuthentication.None, "sasl_ssl", null, null, "KAFKA_SECURITY_PROTOCOL is 'sasl_ssl', but KAFKA_AUTHENTICATION is 'none': set KAFKA_AUTHENTICATION to iam or scram.")]
    [InlineData(KafkaAuthentication.Scram, "sasl_plaintext", Arn, null, "KAFKA_SECURITY_PROTOCOL is 'sasl_plaintext': credentials are sent over TLS only (sasl_ssl).")]
    [InlineData(KafkaAuthentication.Iam, "plaintext", null, null, "KAFKA_SECURITY_PROTOCOL is 'plaintext', but KAFKA_AUTHENTICATION is 'iam': it is always sasl_ssl; leave KAFKA_SECURITY_PROTOCOL out.")]
    [InlineData(KafkaAuthentication.Scram, "ssl", Arn, null, "KAFKA_SECURITY_PROTOCOL is 'ssl', but KAFKA_AUTHENTICATION is 'scram': it is always sasl_ssl; leave KAFKA_SECURITY_PROTOCOL out.")]
    [InlineData(KafkaAuthentication.Mtls, "sasl_ssl", Arn, null, "KAFKA_SECURITY_PROTOCOL is 'sasl_ssl', but KAFKA_AUTHENTICATION is 'mtls': it is always ssl; leave KAFKA_SECURITY_PROTOCOL out.")]
    [InlineData(KafkaAuthentication.Scram, null, null, null, "KAFKA_AUTHENTICATION is 'scram', which needs KAFKA_SECRET_ARN.")]
    [InlineData(KafkaAuthentication.Mtls, null, null, null, "KAFKA_AUTHENTICATION is 'mtls', which needs KAFKA_SECRET_ARN.")]
    [InlineData(KafkaAuthentication.None, null, Arn, null, "KAFKA_SECRET_ARN is set, but KAFKA_AUTHENTICATION 'none' reads no secret; allowed with it: scram, mtls.")]
    [InlineData(KafkaAuthentication.Iam, null, Arn, null, "KAFKA_SECRET_ARN is set, but KAFKA_AUTHENTICATION 'iam' reads no secret; allowed with it: scram, mtls.")]
    [InlineData(KafkaAuthentication.None, "plaintext", null, Arn, "KAFKA_CA_SECRET_ARN is for TLS, but KAFKA_SECURITY_PROTOCOL is 'plaintext'.")]
    public void Contradiction_NamesTheVariables(KafkaAuthentication authentication, string? protocol, string? arn, string? authorityArn, string message) =>
        Should.Throw<InvalidRequestException>(() => new KafkaConnection(Settings(authentication, protocol, arn) with { KafkaCaSecretArn = authorityArn })).Message.ShouldBe(message);

    /// <summary>Who puts the secret itself where its ARN belongs must not find it in the logs as well.</summary>
    [Fact]
    public void SecretInPlaceOfItsArn_IsNotRepeated()
    {
        const string Message = " is not the ARN of a secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME); what it is instead is not repeated here.";

        Should.Throw<InvalidRequestException>(() => KafkaSecurity.Check(Settings(KafkaAuthentication.Scram, null, SecretSamples.User()))).Message.ShouldBe("KAFKA_SECRET_ARN" + Message);
        Should.Throw<InvalidRequestException>(() => KafkaSecurity.Check(Settings(KafkaAuthentication.None, null, null) with { KafkaCaSecretArn = SecretSamples.Certificate })).Message
            .ShouldBe("KAFKA_CA_SECRET_ARN" + Message);
    }

    [Fact]
    public void NoServers_AreNamed() =>
        Should.Throw<InvalidRequestException>(() => new KafkaConnection(new EntitySyncSettings())).Message.ShouldBe("KAFKA_BOOTSTRAP_SERVERS is not set.");

    [Theory]
    [InlineData("b-1.demo.abc123.c2.kafka.eu-west-1.amazonaws.com:9098", "us-east-1", "eu-west-1")]
    [InlineData("boot-ab12cd34.c1.kafka-serverless.ap-southeast-2.amazonaws.com:9098", null, "ap-southeast-2")]
    [InlineData("b-2-public.demo.abc123.c2.kafka.us-gov-west-1.amazonaws.com:9198,other:9198", null, "us-gov-west-1")]
    [InlineData("kafka.example.internal:9098", "us-east-1", "us-east-1")]
    public void Region_IsThatOfTheBrokersElseTheProcesses(string servers, string? own, string region) =>
        KafkaSecurity.Region(new EntitySyncSettings { KafkaBootstrapServers = servers, AwsRegion = own }).ShouldBe(region);

    [Fact]
    public void NoRegion_IsNamed() =>
        Should.Throw<InvalidRequestException>(() => new KafkaConnection(new EntitySyncSettings { KafkaBootstrapServers = "kafka.example.internal:9098", KafkaAuthentication = KafkaAuthentication.Iam }))
            .Message.ShouldBe("KAFKA_AUTHENTICATION is 'iam', and neither AWS_REGION nor a broker name such as b-1.demo.abc123.c2.kafka.eu-west-1.amazonaws.com tells the region; set AWS_REGION.");

    private static EntitySyncSettings Settings(KafkaAuthentication authentication, string? protocol, string? arn) => new()
    {
        KafkaBootstrapServers = "one:9092", KafkaAuthentication = authentication, KafkaSecurityProtocol = protocol, KafkaSecretArn = arn, AwsRegion = "eu-west-1",
    };
}
