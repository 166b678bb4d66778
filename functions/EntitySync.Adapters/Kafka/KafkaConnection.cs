using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka.Credentials;
using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ClientConfig = Confluent.Kafka.ClientConfig;

namespace EntitySync.Adapters.Kafka;

/// <summary>
/// Where the brokers are and how clients and brokers prove to each other who they are. A process makes one at its start and all its clients share it, so
/// that a secret is read once for all of them. See infra/guides/credentials.md.
/// </summary>
public sealed class KafkaConnection
{
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(10);

    private readonly ConditionalWeakTable<IClient, StrongBox<long>> _refusals = [];
    private readonly List<KafkaCredentials> _credentials = [];
    private readonly MskIdentity? _identity;
    private readonly TimeProvider _time;

    /// <param name="settings">The KAFKA_ settings.</param>
    /// <param name="logger">Told when secrets are read; never what they say.</param>
    /// <param name="time">Default: the system's clock.</param>
    /// <param name="secrets">Default: AWS Secrets Manager.</param>
    /// <param name="identity">Default: the AWS credentials of the process.</param>
    /// <exception cref="InvalidRequestException">A setting is missing, or settings contradict each other.</exception>
    public KafkaConnection(EntitySyncSettings settings, ILogger? logger = null, TimeProvider? time = null, ISecretReader? secrets = null, Func<AWSCredentials>? identity = null)
    {
        if (settings.KafkaBootstrapServers.Length == 0) throw new InvalidRequestException("KAFKA_BOOTSTRAP_SERVERS is not set.");
        BootstrapServers = settings.KafkaBootstrapServers;
        SecurityProtocol = KafkaSecurity.Check(settings);
        _time = time ?? TimeProvider.System;
        var reader = secrets ?? new SecretsManagerReader();
        if (settings.KafkaAuthentication == KafkaAuthentication.Iam) _credentials.Add(_identity = new MskIdentity(KafkaSecurity.Region(settings), identity ?? (() => DefaultAWSCredentialsIdentityResolver.GetCredentials()), _time));
        if (settings.KafkaAuthentication == KafkaAuthentication.Scram) _credentials.Add(new ScramUser(Secret("KAFKA_SECRET_ARN", settings.KafkaSecretArn!, SecretText.UserPassword)));
        if (settings.KafkaAuthentication == KafkaAuthentication.Mtls) _credentials.Add(new MutualTls(Secret("KAFKA_SECRET_ARN", settings.KafkaSecretArn!, SecretText.ClientCertificate)));
        if (settings.KafkaCaSecretArn is { } arn) _credentials.Add(new PrivateAuthority(Secret("KAFKA_CA_SECRET_ARN", arn, SecretText.CaCertificate)));

        CachedSecret<T> Secret<T>(string variable, string secretArn, Func<string, T> parse)
            where T : class => new(variable, secretArn, parse, reader, _time, logger ?? NullLogger.Instance);
    }

    /// <summary>Comma-separated <c>host:port</c>.</summary>
    public string BootstrapServers { get; }

    public SecurityProtocol SecurityProtocol { get; }

    /// <summary>
    /// Grows when clients must be replaced by new ones: certificates have changed in Secrets Manager after a refusal. Read it before a client's configuration is made
    /// and compare now and then. Passwords and tokens change within living clients.
    /// </summary>
    public int Generation => _credentials.Sum(credentials => credentials.Generation);

    internal bool UsesTokens => _identity is not null;

    /// <summary>Servers, protocol, credentials. The first call for a secret waits for Secrets Manager.</summary>
    /// <exception cref="TransientException">Secrets Manager cannot be reached or is busy.</exception>
    /// <exception cref="InvalidRequestException">A secret cannot be read or is not what is expected.</exception>
    internal void Configure(ClientConfig config)
    {
        config.BootstrapServers = BootstrapServers;
        config.SecurityProtocol = SecurityProtocol;
        foreach (var credentials in _credentials) credentials.Configure(config);
    }

    internal T Made<T>(T client)
        where T : IClient
    {
        if (_credentials.Count > 0) _refusals.Add(client, new StrongBox<long>(0));
        foreach (var credentials in _credentials) credentials.OnMade(client);
        return client;
    }

    internal void GiveToken(IClient client) => _identity?.GiveToken(client);

    /// <summary>
    /// Gives a refused client what is valid now. A token that cannot be made is an error itself, hence the pause. Errors may come before a client is
    /// wholly made; such a one cannot take anything yet, and is given it in a moment.
    /// </summary>
    internal void OnError(IClient client, Error error)
    {
        if (!KafkaErrors.IsRefusal(error) || !_refusals.TryGetValue(client, out var last)) return;
        lock (last)
        {
            if (last.Value != 0 && _time.GetElapsedTime(last.Value) < RefusalPause) return;
            last.Value = _time.GetTimestamp();
        }

        foreach (var credentials in _credentials) credentials.OnRefused(client);
    }
}
