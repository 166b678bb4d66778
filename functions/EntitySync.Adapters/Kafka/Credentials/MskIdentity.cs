using Amazon.Runtime;
using Confluent.Kafka;
using ClientConfig = Confluent.Kafka.ClientConfig;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>
/// Clients prove themselves by tokens of the process's IAM identity (SASL OAUTHBEARER). Each client gets its own when it is made, so that it can be asked
/// something before it is polled for the first time; the library asks for the next when four fifths of its life are over.
/// </summary>
/// <param name="region">Of the cluster.</param>
/// <param name="credentials">Finds the credentials of the process; asked for each token, since they are temporary as a rule.</param>
/// <param name="time">When tokens begin.</param>
internal sealed class MskIdentity(string region, Func<AWSCredentials> credentials, TimeProvider time) : KafkaCredentials
{
    private const string Principal = "entitysync"; // for the client's own log lines; the broker reads the identity from the token

    public override void Configure(ClientConfig config) => config.SaslMechanism = SaslMechanism.OAuthBearer;

    public override void OnMade(IClient client) => GiveToken(client);

    public override void OnRefused(IClient client) => GiveToken(client);

    /// <summary>Gives the client a new token, or tells it why there is none; it asks again after ten seconds.</summary>
    public void GiveToken(IClient client) => GiveToken(
        (token, expiresAt) => client.OAuthBearerSetToken(token, expiresAt, Principal),
        client.OAuthBearerSetTokenFailure);

    /// <param name="give">Takes the token and its end in milliseconds since 1970.</param>
    /// <param name="fail">Takes the reason why there is none.</param>
    internal void GiveToken(Action<string, long> give, Action<string> fail)
    {
        MskToken token;
        try
        {
            token = Make();
        }
#pragma warning disable CA1031 // What the chain of credential providers throws is not a closed list, and an exception in a callback of the client library is lost.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            fail($"KAFKA_AUTHENTICATION is 'iam', and no AWS credentials were found to sign with: {problem.Message}");
            return;
        }

        give(token.Text, token.ExpiresAt.ToUnixTimeMilliseconds());
    }

    private MskToken Make()
    {
        var identity = credentials();
        var keys = identity.GetCredentials();
        DateTimeOffset? end = identity.Expiration is { } expiration ? new DateTimeOffset(expiration.ToUniversalTime()) : null;
        return MskToken.Make(keys, region, time.GetUtcNow(), end);
    }
}
