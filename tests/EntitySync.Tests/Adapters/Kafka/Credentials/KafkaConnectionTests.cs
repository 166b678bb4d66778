using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Errors;
using EntitySync.Testing;

namespace EntitySync.Tests.Adapters.Kafka.Credentials;

/// <summary>What clients are configured with, and what they are given after a refusal.</summary>
public sealed class KafkaConnectionTests
{
    private static readonly Error Refused = new(ErrorCode.Local_Authentication, "SASL authentication error: Authentication failed");

    private readonly SecretsByHand _secrets = [];
    private readonly TestClock _clock = new();
    private readonly RecordingLogger _log = new();

    [Fact]
    public void None_IsTlsAlone() => Written(Connection(KafkaAuthentication.None)).ShouldBe(["bootstrap.servers=one:9094", "security.protocol=ssl"]);

    [Fact]
    public void Iam_IsOAuthBearer() => Written(Connection(KafkaAuthentication.Iam)).ShouldBe(["bootstrap.servers=one:9094", "sasl.mechanism=OAUTHBEARER", "security.protocol=sasl_ssl"]);

    [Fact]
    public void Scram_IsUserAndPasswordOfTheSecret()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        Written(Connection(KafkaAuthentication.Scram)).ShouldBe(
            ["bootstrap.servers=one:9094", "sasl.mechanism=SCRAM-SHA-512", "sasl.password=S3CRET-1", "sasl.username=entitysync", "security.protocol=sasl_ssl"]);
    }

    [Fact]
    public void Mtls_IsCertificateAndKeyOfTheSecret()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.Client();
        Written(Connection(KafkaAuthentication.Mtls)).ShouldBe(
        [
            "bootstrap.servers=one:9094", "security.protocol=ssl", $"ssl.certificate.pem={SecretSamples.Certificate}", "ssl.key.password=S3CRET-key", $"ssl.key.pem={SecretSamples.Key}",
        ]);
        _secrets[SecretSamples.Arn] = SecretSamples.Client(keyPassword: null);
        Written(Connection(KafkaAuthentication.Mtls)).ShouldNotContain(line => line.StartsWith("ssl.key.password", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(KafkaAuthentication.None)]
    [InlineData(KafkaAuthentication.Iam)]
    [InlineData(KafkaAuthentication.Scram)]
    public void PrivateAuthority_IsTrustedWithEachWay(KafkaAuthentication authentication)
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        _secrets[SecretSamples.CaArn] = SecretSamples.Certificate;
        Written(Connection(authentication, withAuthority: true)).ShouldContain($"ssl.ca.pem={SecretSamples.Certificate}");
    }

    [Fact]
    public void Secret_IsReadOnceForAllClients()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        var connection = Connection(KafkaAuthentication.Scram);
        _secrets.Reads.ShouldBeEmpty();

        KafkaClientConfig.Admin(connection).SaslPassword.ShouldBe("S3CRET-1");
        KafkaClientConfig.Consumer(connection, "group").SaslPassword.ShouldBe("S3CRET-1");
        KafkaClientConfig.Producer(connection, TimeSpan.FromSeconds(30)).SaslPassword.ShouldBe("S3CRET-1");

        _secrets.Reads.ShouldBe([SecretSamples.Arn]);
    }

    [Fact]
    public void RotatedPassword_ReachesRefusedClientsWithoutANewOne()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        var connection = Connection(KafkaAuthentication.Scram);
        _ = KafkaClientConfig.Admin(connection);
        var (one, other) = (connection.Made(new GivenCredentials()), connection.Made(new GivenCredentials()));
        _secrets[SecretSamples.Arn] = SecretSamples.User("S3CRET-2");
        _clock.Advance(TimeSpan.FromMinutes(1));

        connection.OnError(one, Refused);
        connection.OnError(other, Refused);

        one.Given.ShouldBe([("entitysync", "S3CRET-2")]);
        other.Given.ShouldBe([("entitysync", "S3CRET-2")]);
        _secrets.Reads.Count.ShouldBe(2);
        connection.Generation.ShouldBe(0);
        KafkaClientConfig.Admin(connection).SaslPassword.ShouldBe("S3CRET-2");
    }

    [Fact]
    public void Refusals_ReadTheSecretOnceAMinuteAtMost()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        var connection = Connection(KafkaAuthentication.Scram);
        _ = KafkaClientConfig.Admin(connection);
        var client = connection.Made(new GivenCredentials());

        for (var second = 0; second < 300; second++)
        {
            connection.OnError(client, Refused);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _secrets.Reads.Count.ShouldBe(5); // at the start, and after one, two, three, four minutes
        client.Given.Count.ShouldBe(30);
    }

    [Fact]
    public void RotatedCertificate_MakesClientsOld()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.Client();
        var connection = Connection(KafkaAuthentication.Mtls);
        _ = KafkaClientConfig.Admin(connection);
        connection.Generation.ShouldBe(0);
        _clock.Advance(TimeSpan.FromMinutes(1));
        connection.OnError(connection.Made(new GivenCredentials()), new Error(ErrorCode.Local_Ssl));
        connection.Generation.ShouldBe(0, "nothing has changed");

        var renewed = SecretSamples.Certificate.Replace("MIIB", "MIIC", StringComparison.Ordinal);
        _secrets[SecretSamples.Arn] = SecretSamples.Client(renewed);
        _clock.Advance(TimeSpan.FromMinutes(1));
        connection.OnError(connection.Made(new GivenCredentials()), new Error(ErrorCode.Local_Ssl));

        connection.Generation.ShouldBe(1);
        KafkaClientConfig.Admin(connection).SslCertificatePem.ShouldBe(renewed);
    }

    /// <summary>The library may call back while a client is still in its constructor.</summary>
    [Fact]
    public void ClientThatIsNotMadeYet_IsLeftAlone()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        var connection = Connection(KafkaAuthentication.Scram);
        _ = KafkaClientConfig.Admin(connection);
        var client = new GivenCredentials();
        connection.OnError(client, Refused);
        client.Given.ShouldBeEmpty();
    }

    [Fact]
    public void OtherErrors_ReadNothing()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        var connection = Connection(KafkaAuthentication.Scram);
        _ = KafkaClientConfig.Admin(connection);
        _clock.Advance(TimeSpan.FromHours(1));

        foreach (var code in (ErrorCode[])[ErrorCode.Local_Transport, ErrorCode.Local_TimedOut, ErrorCode.TopicAuthorizationFailed, ErrorCode.NotCoordinatorForGroup])
        {
            connection.OnError(connection.Made(new GivenCredentials()), new Error(code));
        }

        _secrets.Reads.Count.ShouldBe(1);
    }

    [Fact]
    public void SecretThatCannotBeReadAgain_StaysInUse()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.User();
        var connection = Connection(KafkaAuthentication.Scram);
        _ = KafkaClientConfig.Admin(connection);
        var client = connection.Made(new GivenCredentials());
        _secrets.Failure = new TransientException("Secrets Manager is away.");
        _clock.Advance(TimeSpan.FromMinutes(1));
        connection.OnError(client, Refused);
        _secrets.Failure = null;
        _secrets[SecretSamples.Arn] = "{\"password\":\"S3CRET-half-written\"}";
        _clock.Advance(TimeSpan.FromMinutes(1));
        connection.OnError(client, Refused);

        client.Given.ShouldBe([("entitysync", "S3CRET-1"), ("entitysync", "S3CRET-1")]);
        _log.Lines.ShouldBe(
        [
            "The secret of KAFKA_SECRET_ARN stays as it was: Secrets Manager is away.",
            $"The secret of KAFKA_SECRET_ARN stays as it was: The secret of KAFKA_SECRET_ARN ({SecretSamples.Arn}) is not usable: "
                + """{"username":"...","password":"..."} is expected, both not empty.""",
        ]);
    }

    [Fact]
    public void Secrets_AppearNowhere()
    {
        _secrets[SecretSamples.Arn] = SecretSamples.Client();
        _secrets[SecretSamples.CaArn] = SecretSamples.Certificate;
        var settings = Settings(KafkaAuthentication.Mtls, withAuthority: true);
        var connection = new KafkaConnection(settings, _log, _clock, _secrets);
        var config = KafkaClientConfig.Producer(connection, TimeSpan.FromSeconds(30));
        _secrets[SecretSamples.Arn] = SecretSamples.Client(keyPassword: "S3CRET-other");
        _clock.Advance(TimeSpan.FromMinutes(1));
        connection.OnError(connection.Made(new GivenCredentials()), Refused);

        _log.Lines.ShouldBe(["The secret of KAFKA_SECRET_ARN has changed and was read again"]);
        foreach (var text in (string?[])[settings.ToString(), connection.ToString(), config.ToString(), .. _log.Lines]) text.ShouldNotBeNull().ShouldNotContain(SecretSamples.Mark);
    }

    private KafkaConnection Connection(KafkaAuthentication authentication, bool withAuthority = false) => new(Settings(authentication, withAuthority), _log, _clock, _secrets);

    private static EntitySyncSettings Settings(KafkaAuthentication authentication, bool withAuthority) => new()
    {
        KafkaBootstrapServers = "one:9094",
        KafkaAuthentication = authentication,
        KafkaSecretArn = authentication is KafkaAuthentication.Scram or KafkaAuthentication.Mtls ? SecretSamples.Arn : null,
        KafkaCaSecretArn = withAuthority ? SecretSamples.CaArn : null,
        AwsRegion = "eu-west-1",
    };

    /// <summary>What the connection adds to a configuration.</summary>
    private static IEnumerable<string> Written(KafkaConnection connection)
    {
        var config = new ClientConfig();
        connection.Configure(config);
        return config.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal);
    }
}
