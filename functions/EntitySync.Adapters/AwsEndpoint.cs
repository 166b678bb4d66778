using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;

namespace EntitySync.Adapters;

/// <summary>How the AWS clients are set up alike: retries, timeouts, another endpoint than the region's.</summary>
public static class AwsEndpoint
{
    private const string DefaultLocalRegion = "eu-west-1";

    private static readonly string[] CredentialVariables =
    [
        "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];

    /// <summary>Standard retries, short timeouts (a Lambda has better uses for its time than a lost packet), and <paramref name="endpoint"/> if there is one.</summary>
    public static T Configure<T>(this T config, string? endpoint, Func<string, string?> environment)
        where T : ClientConfig
    {
        config.RetryMode = RequestRetryMode.Standard;
        config.MaxErrorRetry = 4;
        config.Timeout = TimeSpan.FromSeconds(10);
        config.ConnectTimeout = TimeSpan.FromSeconds(2);
        if (endpoint is null) return config;
        config.ServiceURL = endpoint;
        config.AuthenticationRegion = environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION") ?? DefaultLocalRegion;
        return config;
    }

    /// <returns>Made-up credentials for an emulator when nothing real is configured; null: the client finds its own.</returns>
    public static AWSCredentials? CredentialsFor(string? endpoint, Func<string, string?> environment)
    {
        if (endpoint is null || !IsEmulator(new Uri(endpoint))) return null;
        if (CredentialVariables.Any(name => !string.IsNullOrEmpty(environment(name)))) return null;
        return new CredentialProfileStoreChain().TryGetProfile("default", out _) ? null : new BasicAWSCredentials("local", "local");
    }

    // AWS itself is never spoken to over http.
    private static bool IsEmulator(Uri endpoint) => endpoint.IsLoopback || endpoint.Scheme == Uri.UriSchemeHttp;
}
