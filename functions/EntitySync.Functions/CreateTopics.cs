using System.Globalization;
using System.Text.Json;
using Amazon.Lambda.Core;
using EntitySync.Core.Topics;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>
/// The custom resource <c>Custom::Topics</c>: makes the topics that its property <c>Topics</c> lists, and gives those that are ours the settings of the list. Never deletes a topic. Called by CloudFormation.
/// </summary>
public sealed class CreateTopics
{
    private readonly CustomResource _resource;
    private readonly Func<TopicCreator> _creator;

    // The creator is made inside of the work: settings that are wrong are answered too.
    public CreateTopics()
        : this(CustomResource.Default, () => Startup.Services.GetRequiredService<TopicCreator>())
    {
    }

    public CreateTopics(CustomResource resource, Func<TopicCreator> creator) => (_resource, _creator) = (resource, creator);

    /// <exception cref="Core.Errors.EntitySyncException">CloudFormation could not be told how it went.</exception>
    public Task HandleAsync(JsonElement request, ILambdaContext context) => _resource.RunAsync(request, context, WorkAsync);

    private async Task<IReadOnlyDictionary<string, string>> WorkAsync(JsonElement properties, CancellationToken cancellationToken)
    {
        var result = await _creator().RunAsync(WantedTopics.Read(properties), cancellationToken);
        return new Dictionary<string, string>
        {
            ["Created"] = Text(result.Created),
            ["Changed"] = Text(result.Changed),
            ["Different"] = Text(result.Different),
            ["Unchanged"] = Text(result.Unchanged),
        };

        static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
    }
}
