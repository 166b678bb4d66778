using Confluent.Kafka;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>One thing that clients prove themselves or their brokers by. Calls may come from any thread.</summary>
internal abstract class KafkaCredentials
{
    /// <summary>Grows when clients made before must be replaced, since the client library cannot change this thing in a living one.</summary>
    public virtual int Generation => 0;

    /// <summary>Puts it into the configuration of a client to be made.</summary>
    public abstract void Configure(ClientConfig config);

    /// <summary>A client is made, and has spoken to no broker yet.</summary>
    public virtual void OnMade(IClient client)
    {
    }

    /// <summary>A broker has refused the client, or the client the broker.</summary>
    public abstract void OnRefused(IClient client);
}
