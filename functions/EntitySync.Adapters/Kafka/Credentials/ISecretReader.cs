namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>Reads the text of secrets.</summary>
public interface ISecretReader
{
    /// <summary>Waits for the answer: Kafka clients are made, and told of errors, synchronously.</summary>
    /// <exception cref="Core.Errors.TransientException">Secrets Manager cannot be reached or is busy.</exception>
    /// <exception cref="Core.Errors.InvalidRequestException">There is no such secret, it is not text, or it may not be read.</exception>
    string Read(string arn);
}
