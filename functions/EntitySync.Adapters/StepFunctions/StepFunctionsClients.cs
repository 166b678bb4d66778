using Amazon.StepFunctions;

namespace EntitySync.Adapters.StepFunctions;

/// <summary>Makes the Step Functions client of a process.</summary>
public static class StepFunctionsClients
{
    /// <param name="environment">Reads an environment variable; looked at for credentials and region when the endpoint is an emulator's.</param>
    public static IAmazonStepFunctions Create(EntitySyncSettings settings, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var config = new AmazonStepFunctionsConfig().Configure(settings.StepFunctionsEndpoint, environment);
        return AwsEndpoint.CredentialsFor(settings.StepFunctionsEndpoint, environment) is { } credentials
            ? new AmazonStepFunctionsClient(credentials, config)
            : new AmazonStepFunctionsClient(config);
    }
}
