using Confluent.Kafka;
using EntitySync.Adapters.Kafka.Credentials;

namespace EntitySync.Tests.Adapters.Kafka.Credentials;

/// <summary>Secrets of the tests. What must never be seen anywhere contains <see cref="Mark"/>.</summary>
internal static class SecretSamples
{
    public const string Mark = "S3CRET";
    public const string Arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:AmazonMSK_entitysync-AbCdEf";
    public const string CaArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:kafka-authority-AbCdEf";
    public const string Certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    public const string Key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nS3CRETkey\n-----END ENCRYPTED PRIVATE KEY-----\n";

    public static string User(string password = "S3CRET-1") => $$"""{"username":"entitysync","password":"{{password}}"}""";

    public static string Client(string certificate = Certificate, string? keyPassword = "S3CRET-key") =>
        $$"""{"certificate":"{{Escape(certificate)}}","privateKey":"{{Escape(Key)}}"{{(keyPassword is null ? "" : $",\"privateKeyPassword\":\"{keyPassword}\"")}}}""";

    public static string Escape(string pem) => pem.Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>Secrets that a test changes; counts how often each is read.</summary>
internal sealed class SecretsByHand : Dictionary<string, string>, ISecretReader
{
    public List<string> Reads { get; } = [];

    /// <summary>What the next readings end with instead of a secret.</summary>
    public Exception? Failure { get; set; }

    public string Read(string arn)
    {
        Reads.Add(arn);
        return Failure is null ? this[arn] : throw Failure;
    }
}

/// <summary>A client that keeps what it is given.</summary>
internal sealed class GivenCredentials : IClient
{
    public List<(string User, string Password)> Given { get; } = [];

    public Handle Handle => throw new NotSupportedException();

    public string Name => "test";

    public int AddBrokers(string brokers) => 0;

    public void SetSaslCredentials(string username, string password) => Given.Add((username, password));

    public void Dispose()
    {
    }
}
