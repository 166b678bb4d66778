using Confluent.Kafka;

namespace EntitySync.Adapters.Kafka;

/// <summary>
/// Makes clients that keep their credentials valid. Every client of the product is made by one of these, from a configuration of <see cref="KafkaClientConfig"/>.
/// </summary>
public static class KafkaClientBuilders
{
    /// <param name="onError">Told of errors, before the credentials are looked after.</param>
    public static IProducer<TKey, TValue> Build<TKey, TValue>(this ProducerBuilder<TKey, TValue> builder, KafkaConnection connection, Action<Error> onError)
    {
        builder.SetErrorHandler((client, error) => OnError(connection, client, error, onError));
        if (connection.UsesTokens) builder.SetOAuthBearerTokenRefreshHandler((client, _) => connection.GiveToken(client));
        return connection.Made(builder.Build());
    }

    /// <param name="onError">Told of errors, before the credentials are looked after.</param>
    public static IConsumer<TKey, TValue> Build<TKey, TValue>(this ConsumerBuilder<TKey, TValue> builder, KafkaConnection connection, Action<Error> onError)
    {
        builder.SetErrorHandler((client, error) => OnError(connection, client, error, onError));
        if (connection.UsesTokens) builder.SetOAuthBearerTokenRefreshHandler((client, _) => connection.GiveToken(client));
        return connection.Made(builder.Build());
    }

    /// <param name="onError">Told of errors, before the credentials are looked after.</param>
    public static IAdminClient Build(this AdminClientBuilder builder, KafkaConnection connection, Action<Error> onError)
    {
        builder.SetErrorHandler((client, error) => OnError(connection, client, error, onError));
        if (connection.UsesTokens) builder.SetOAuthBearerTokenRefreshHandler((client, _) => connection.GiveToken(client));
        return connection.Made(builder.Build());
    }

    private static void OnError(KafkaConnection connection, IClient client, Error error, Action<Error> onError)
    {
        onError(error);
        connection.OnError(client, error);
    }
}
