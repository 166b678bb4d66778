using Amazon;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using InvalidRequestException = EntitySync.Core.Errors.InvalidRequestException;
using TransientException = EntitySync.Core.Errors.TransientException;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>Reads secrets from AWS Secrets Manager, each in the region that its ARN names. Reads are rare, so no client is kept.</summary>
/// <param name="create">Makes the client of a configuration; default: the real one with the process's own credentials.</param>
public sealed class SecretsManagerReader(Func<AmazonSecretsManagerConfig, AmazonSecretsManagerClient>? create = null) : ISecretReader
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public string Read(string arn) => Task.Run(() => ReadAsync(arn)).GetAwaiter().GetResult();

    private async Task<string> ReadAsync(string arn)
    {
        using var deadline = new CancellationTokenSource(Longest);
        var config = new AmazonSecretsManagerConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(arn.Split(':')[3]) }.Configure(endpoint: null, Environment.GetEnvironmentVariable);
        try
        {
            using var client = create is null ? new AmazonSecretsManagerClient(config) : create(config);
            var answer = await client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = arn }, deadline.Token);
            return answer.SecretString ?? throw new InvalidRequestException($"The secret {arn} holds bytes; text is expected.");
        }
        catch (AmazonServiceException refusal)
        {
            var message = $"The secret {arn} cannot be read: {AwsErrors.Describe(refusal)}";
            throw AwsErrors.IsTransient(refusal) ? new TransientException(message, refusal) : new InvalidRequestException(message, refusal);
        }
        catch (Exception failure) when (AwsErrors.IsUnreachable(failure, CancellationToken.None))
        {
            throw new TransientException($"The secret {arn} cannot be read: {failure.Message}", failure);
        }
    }
}
