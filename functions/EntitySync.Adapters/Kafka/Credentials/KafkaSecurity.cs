using System.Text.RegularExpressions;
using Confluent.Kafka;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>What the settings say together about the way to the brokers: the protocol follows from the authentication, and contradictions are refused.</summary>
internal static partial class KafkaSecurity
{
    /// <returns>The protocol of all clients.</returns>
    /// <exception cref="InvalidRequestException">Settings contradict each other or one is missing; the message names the variables. It never repeats an ARN variable's
    /// value, which may be a secret put into the wrong place.</exception>
    public static SecurityProtocol Check(EntitySyncSettings settings)
    {
        CheckArns(settings);
        var implied = settings.KafkaAuthentication is KafkaAuthentication.Iam or KafkaAuthentication.Scram ? SecurityProtocol.SaslSsl : SecurityProtocol.Ssl;
        var protocol = settings.KafkaSecurityProtocol is { } text ? Parse(text) : implied;
        if (protocol == implied) return protocol;
        if (settings.KafkaAuthentication != KafkaAuthentication.None) throw Contradiction(settings, $"it is always {Name(implied)}; leave KAFKA_SECURITY_PROTOCOL out");
        if (protocol != SecurityProtocol.Plaintext) throw Contradiction(settings, "set KAFKA_AUTHENTICATION to iam or scram");
        if (settings.KafkaCaSecretArn is not null) throw new InvalidRequestException("KAFKA_CA_SECRET_ARN is for TLS, but KAFKA_SECURITY_PROTOCOL is 'plaintext'.");
        return protocol;
    }

    /// <summary>The region whose signatures the cluster accepts: the one in an MSK broker's name, else the process's own.</summary>
    /// <exception cref="InvalidRequestException">Neither tells.</exception>
    public static string Region(EntitySyncSettings settings) =>
        MskBroker().Match(settings.KafkaBootstrapServers) is { Success: true } broker ? broker.Groups[1].Value
        : settings.AwsRegion ?? throw new InvalidRequestException(
            "KAFKA_AUTHENTICATION is 'iam', and neither AWS_REGION nor a broker name such as b-1.demo.abc123.c2.kafka.eu-west-1.amazonaws.com tells the region; set AWS_REGION.");

    private static void CheckArns(EntitySyncSettings settings)
    {
        var needsSecret = settings.KafkaAuthentication is KafkaAuthentication.Scram or KafkaAuthentication.Mtls;
        var name = settings.KafkaAuthentication.ToString().ToLowerInvariant();
        if (needsSecret && settings.KafkaSecretArn is null) throw new InvalidRequestException($"KAFKA_AUTHENTICATION is '{name}', which needs KAFKA_SECRET_ARN.");
        if (!needsSecret && settings.KafkaSecretArn is not null) throw new InvalidRequestException($"KAFKA_SECRET_ARN is set, but KAFKA_AUTHENTICATION '{name}' reads no secret; allowed with it: scram, mtls.");
        CheckArn("KAFKA_SECRET_ARN", settings.KafkaSecretArn);
        CheckArn("KAFKA_CA_SECRET_ARN", settings.KafkaCaSecretArn);
    }

    private static void CheckArn(string variable, string? arn)
    {
        if (arn is null || SecretArn().IsMatch(arn)) return;
        throw new InvalidRequestException($"{variable} is not the ARN of a secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME); what it is instead is not repeated here.");
    }

    private static SecurityProtocol Parse(string text) => text.ToLowerInvariant() switch
    {
        "plaintext" => SecurityProtocol.Plaintext,
        "ssl" => SecurityProtocol.Ssl,
        "sasl_ssl" => SecurityProtocol.SaslSsl,
        "sasl_plaintext" => throw new InvalidRequestException("KAFKA_SECURITY_PROTOCOL is 'sasl_plaintext': credentials are sent over TLS only (sasl_ssl)."),
        _ => throw new InvalidRequestException($"KAFKA_SECURITY_PROTOCOL is '{text}'; allowed: ssl, sasl_ssl, plaintext."),
    };

    private static string Name(SecurityProtocol protocol) => protocol == SecurityProtocol.SaslSsl ? "sasl_ssl" : "ssl";

    private static InvalidRequestException Contradiction(EntitySyncSettings settings, string remedy) => new(
        $"KAFKA_SECURITY_PROTOCOL is '{settings.KafkaSecurityProtocol}', but KAFKA_AUTHENTICATION is '{settings.KafkaAuthentication.ToString().ToLowerInvariant()}': {remedy}.");

    [GeneratedRegex(@"\.kafka(?:-serverless)?\.([a-z]{2}(?:-[a-z0-9]+)+)\.amazonaws\.com", RegexOptions.IgnoreCase)]
    private static partial Regex MskBroker();

    [GeneratedRegex(@"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+\z")]
    private static partial Regex SecretArn();
}
