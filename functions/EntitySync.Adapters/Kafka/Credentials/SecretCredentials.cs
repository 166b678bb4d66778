using Confluent.Kafka;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>SASL SCRAM-SHA-512. A living client takes a new password for its next connection; those it has stay.</summary>
internal sealed class ScramUser(CachedSecret<UserPassword> secret) : KafkaCredentials
{
    public override void Configure(ClientConfig config)
    {
        var user = secret.Value;
        config.SaslMechanism = SaslMechanism.ScramSha512;
        config.SaslUsername = user.User;
        config.SaslPassword = user.Password;
    }

    public override void OnRefused(IClient client)
    {
        secret.Renew();
        var user = secret.Value;
        client.SetSaslCredentials(user.User, user.Password);
    }
}

/// <summary>Mutual TLS. The certificate of a living client cannot be changed.</summary>
internal sealed class MutualTls(CachedSecret<ClientCertificate> secret) : KafkaCredentials
{
    public override int Generation => secret.Version;

    public override void Configure(ClientConfig config)
    {
        var certificate = secret.Value;
        config.SslCertificatePem = certificate.Certificate;
        config.SslKeyPem = certificate.PrivateKey;
        if (certificate.PrivateKeyPassword is { } password) config.SslKeyPassword = password;
    }

    public override void OnRefused(IClient client) => secret.Renew();
}

/// <summary>The only authorities that brokers are trusted by, in place of the system's.</summary>
internal sealed class PrivateAuthority(CachedSecret<string> secret) : KafkaCredentials
{
    public override int Generation => secret.Version;

    public override void Configure(ClientConfig config) => config.SslCaPem = secret.Value;

    public override void OnRefused(IClient client) => secret.Renew();
}
