using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Adapters.Kafka.Credentials;
using EntitySync.Core.State;
using EntitySync.Local.Kafka;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Kafka.Security;

/// <summary>Real clients prove themselves over real TLS to a peer that checks them. It is no Kafka broker: what MSK makes of a token is not shown here.</summary>
[Trait("Category", "Integration")]
public sealed class ClientAuthenticationTests : IAsyncDisposable
{
    private const string Arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:entitysync-AbCdEf";
    private const string CaArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:authority-AbCdEf";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TestAuthority _authority = new();
    private readonly GuardedBroker _broker;
    private readonly Secrets _secrets = new();
    private readonly TestClock _clock = new(DateTimeOffset.UtcNow);
    private readonly ConcurrentQueue<Error> _errors = new();

    public ClientAuthenticationTests()
    {
        NativeKafka.Load();
        _broker = new GuardedBroker(_authority.Broker());
        _secrets.Texts[CaArn] = _authority.Pem;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public void BrokerOfAnotherAuthority_IsNotTrusted()
    {
        using var other = new TestAuthority();
        _secrets.Texts[CaArn] = other.Pem;
        using var admin = Admin(Connection(KafkaAuthentication.None));

        Until(() => _errors.Any(error => error.Code == ErrorCode.Local_Ssl && error.Reason.Contains("certificate verify failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void RotatedPassword_LetsTheSameClientInAgain()
    {
        _broker.Users["entitysync"] = "S3CRET-1";
        _secrets.Texts[Arn] = """{"username":"entitysync","password":"S3CRET-1"}""";
        var connection = Connection(KafkaAuthentication.Scram);
        using var admin = Admin(connection);
        EnterAs(admin);

        _broker.Users["entitysync"] = "S3CRET-2";
        using var late = Admin(connection);
        Until(() => _errors.Any(error => error.Code == ErrorCode.Local_Authentication));
        _secrets.Texts[Arn] = """{"username":"entitysync","password":"S3CRET-2"}""";
        _clock.Advance(TimeSpan.FromMinutes(1));

        EnterAs(late);
        _broker.Attempts.Where(attempt => attempt.IsIn).Select(attempt => attempt.Who).Distinct().ShouldBe(["entitysync"]);
        _broker.Attempts.ShouldContain(("entitysync", false));
        _errors.ShouldAllBe(error => !error.Reason.Contains("S3CRET", StringComparison.Ordinal));
    }

    [Fact]
    public void Token_IsTakenAndRenewedWhenTheSessionEnds()
    {
        _broker.AdmitsToken = IsOurs;
        _broker.SessionMilliseconds = 3_000;
        using var admin = Admin(Connection(KafkaAuthentication.Iam));

        EnterAs(admin);
        Until(() => _broker.Attempts.Count(attempt => attempt.IsIn) >= 4); // two connections, each of which proves itself again
        _broker.Attempts.ShouldAllBe(attempt => attempt.IsIn);
    }

    [Fact]
    public void RefusedToken_IsFollowedByANewOne()
    {
        string? first = null;
        _broker.AdmitsToken = token => token != (first ??= token);
        using var admin = Admin(Connection(KafkaAuthentication.Iam));

        EnterAs(admin);

        _broker.Attempts.First().ShouldBe((first!, false));
        _errors.ShouldContain(error => error.Code == ErrorCode.Local_Authentication);
    }

    /// <summary>A consumer asks for its group's positions before it is polled for the first time.</summary>
    [Fact]
    public void Consumer_HasItsTokenBeforeItIsPolled()
    {
        _broker.AdmitsToken = IsOurs;
        var connection = Connection(KafkaAuthentication.Iam);
        using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaClientConfig.Consumer(connection, "group")).SetLogHandler((_, _) => { }).Build(connection, _errors.Enqueue);
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();

        EnterAs(admin);
    }

    [Fact]
    public void NoAwsCredentials_AreNamedInTheClientsError()
    {
        _broker.AdmitsToken = IsOurs;
        var connection = Connection(KafkaAuthentication.Iam, () => throw new AmazonClientException("Failed to resolve AWS credentials."));
        using var admin = Admin(connection);

        Until(() => _errors.Any(error => error.Reason ==
            "Failed to acquire SASL OAUTHBEARER token: KAFKA_AUTHENTICATION is 'iam', and no AWS credentials were found to sign with: Failed to resolve AWS credentials."));
        _broker.Attempts.ShouldBeEmpty();
    }

    [Fact]
    public void RenewedCertificate_LetsANewClientIn()
    {
        _broker.AdmitsSubject = subject => subject == "CN=second";
        _secrets.Texts[Arn] = Certificate("first");
        var connection = Connection(KafkaAuthentication.Mtls);
        using (Admin(connection)) Until(() => _broker.Attempts.Contains(("CN=first", false)) && _errors.Any(KafkaErrors.IsRefusal));
        connection.Generation.ShouldBe(0);

        _secrets.Texts[Arn] = Certificate("second");
        _clock.Advance(TimeSpan.FromMinutes(1));
        using (Admin(connection)) Until(() => connection.Generation == 1);

        using var admin = Admin(connection);
        EnterAs(admin);
        _broker.Attempts.ShouldContain(("CN=second", true));
    }

    /// <summary>The peer knows no topic, so no record is ever written; who comes is what counts.</summary>
    [Fact]
    public async Task RenewedCertificate_MakesTheWriterReplaceItsProducer()
    {
        _broker.AdmitsSubject = subject => subject == "CN=second";
        _secrets.Texts[Arn] = Certificate("first");
        using var writer = new KafkaTopicWriter(Connection(KafkaAuthentication.Mtls), NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System, TimeSpan.FromSeconds(2));
        var record = new OutgoingRecord { Topic = "out", Key = "k"u8.ToArray(), Value = "v"u8.ToArray() };
        (await writer.WriteAsync([record], TestContext.Current.CancellationToken)).ShouldHaveSingleItem().Outcome.ShouldBe(WriteOutcome.Failed);
        _broker.Attempts.Distinct().ShouldBe([("CN=first", false)]);

        _secrets.Texts[Arn] = Certificate("second");
        _clock.Advance(TimeSpan.FromMinutes(1));
        for (var attempt = 0; attempt < 10 && !_broker.Attempts.Contains(("CN=second", true)); attempt++) await writer.WriteAsync([record], TestContext.Current.CancellationToken);

        _broker.Attempts.ShouldContain(("CN=second", true));
    }

    private KafkaConnection Connection(KafkaAuthentication authentication, Func<AWSCredentials>? identity = null)
    {
        var settings = new EntitySyncSettings
        {
            KafkaBootstrapServers = _broker.Address,
            KafkaAuthentication = authentication,
            KafkaSecretArn = authentication is KafkaAuthentication.Scram or KafkaAuthentication.Mtls ? Arn : null,
            KafkaCaSecretArn = CaArn,
            AwsRegion = "eu-west-1",
        };
        return new KafkaConnection(settings, time: _clock, secrets: _secrets, identity: identity ?? (() => new BasicAWSCredentials("AKIDEXAMPLE", "a-secret-of-the-test")));
    }

    private IAdminClient Admin(KafkaConnection connection) =>
        new AdminClientBuilder(KafkaClientConfig.Admin(connection)).SetLogHandler((_, _) => { }).Build(connection, _errors.Enqueue);

    /// <summary>Waits until the peer tells the client its one broker, which it does to those who are in.</summary>
    private void EnterAs(IAdminClient client) => Until(() =>
    {
        _clock.Advance(TimeSpan.FromSeconds(10)); // past the pause after a refusal
        try
        {
            return client.GetMetadata(TimeSpan.FromSeconds(2)).Brokers.Count == 1;
        }
        catch (KafkaException)
        {
            return false;
        }
    });

    private void Until(Func<bool> condition) =>
        SpinWait.SpinUntil(condition, Deadline).ShouldBeTrue($"errors: {string.Join("; ", _errors.Select(KafkaErrors.Describe))}");

    private string Certificate(string name)
    {
        var (certificate, key) = _authority.Client(name, "of the key");
        return JsonSerializer.Serialize(new { certificate, privateKey = key, privateKeyPassword = "of the key" });
    }

    private static bool IsOurs(string token) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)) is var address
        && address.StartsWith("https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&", StringComparison.Ordinal)
        && address.Contains("X-Amz-Credential=AKIDEXAMPLE%2F", StringComparison.Ordinal);

    private sealed class Secrets : ISecretReader
    {
        public ConcurrentDictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

        public string Read(string arn) => Texts[arn];
    }
}
