using System.Text.Json;
using Amazon.Lambda.Core;
using EntitySync.Adapters.Msk;
using EntitySync.Core.Errors;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>The custom resource <c>Custom::Brokers</c>: gives the addresses of the brokers of the MSK cluster <c>ClusterArn</c>, which no attribute of the cluster's own resource has. Called by CloudFormation.</summary>
public sealed class FindBrokers
{
    private readonly CustomResource _resource;
    private readonly Func<MskBrokers> _brokers;

    public FindBrokers()
        : this(CustomResource.Default, () => Startup.Services.GetRequiredService<MskBrokers>())
    {
    }

    public FindBrokers(CustomResource resource, Func<MskBrokers> brokers) => (_resource, _brokers) = (resource, brokers);

    /// <exception cref="EntitySyncException">CloudFormation could not be told how it went.</exception>
    public Task HandleAsync(JsonElement request, ILambdaContext context) => _resource.RunAsync(request, context, WorkAsync);

    private async Task<IReadOnlyDictionary<string, string>> WorkAsync(JsonElement properties, CancellationToken cancellationToken)
    {
        if (properties.ValueKind != JsonValueKind.Object || !properties.TryGetProperty("ClusterArn", out var arn) || arn.ValueKind != JsonValueKind.String)
            throw new InvalidRequestException("ClusterArn is missing or is no text.");
        return new Dictionary<string, string> { ["BootstrapServers"] = await _brokers().FindAsync(arn.GetString()!, cancellationToken) };
    }
}
