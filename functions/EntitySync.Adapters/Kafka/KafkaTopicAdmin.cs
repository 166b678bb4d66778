using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.Kafka;

/// <summary>Topics of a Kafka cluster. A call is tried again for about a minute; refused permissions too, because those that a deployment has just given take a while to count.</summary>
public sealed class KafkaTopicAdmin : ITopicAdmin, IDisposable
{
    private const int BrokersDefault = -1;

    private readonly IAdminClients _clients;
    private readonly TimeSpan _patience;
    private readonly ResiliencePipeline _again;

    /// <param name="connection">Servers, protocol, credentials.</param>
    /// <param name="logger">Told what the client has to say.</param>
    /// <param name="clock">Measures the pauses between attempts.</param>
    /// <param name="patience">How long one attempt may take; default 15 s.</param>
    public KafkaTopicAdmin(KafkaConnection connection, ILogger<KafkaTopicAdmin> logger, TimeProvider clock, TimeSpan? patience = null)
        : this(new AdminClients(connection, logger), clock, patience)
    {
    }

    internal KafkaTopicAdmin(IAdminClients clients, TimeProvider clock, TimeSpan? patience = null)
    {
        _clients = clients;
        _patience = patience ?? TimeSpan.FromSeconds(15);
        _again = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TopicCallException>(failure => failure.MayPass),
            MaxRetryAttempts = 8,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromSeconds(10),
        }).Build();
    }

    public Task<IReadOnlyDictionary<string, int>> PartitionsAsync(CancellationToken cancellationToken) => CallAsync<IReadOnlyDictionary<string, int>>(
        async token =>
        {
            // All topics are asked for and none by name: asking by name creates a topic on clusters that create topics on their own.
            var metadata = await Task.Run(() => _clients.Current().GetMetadata(_patience), token);
            return metadata.Topics.Where(topic => !topic.Error.IsError && topic.Partitions.Count > 0).ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        },
        "list the topics", cancellationToken);

    public async Task<IReadOnlySet<string>> CreateAsync(IReadOnlyList<WantedTopic> topics, CancellationToken cancellationToken)
    {
        var open = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        var overtaken = new HashSet<string>(StringComparer.Ordinal);
        return await CallAsync(
            async token =>
            {
                try
                {
                    await _clients.Current().CreateTopicsAsync([.. open.Values.Select(Specification)], new CreateTopicsOptions { RequestTimeout = _patience, OperationTimeout = _patience }).WaitAsync(token);
                }
                catch (CreateTopicsException failure)
                {
                    var answers = failure.Results.ToLookup(result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists);
                    overtaken.UnionWith(answers[true].Where(result => result.Error.IsError).Select(result => result.Topic));
                    foreach (var done in answers[true]) open.Remove(done.Topic);
                    if (answers[false].Any()) throw new TopicCallException("create topics", [.. answers[false].Select(result => (result.Topic, result.Error))], failure);
                }

                return overtaken;
            },
            "create topics", cancellationToken);
    }

    public Task<IReadOnlyDictionary<string, FoundSettings>> SettingsAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken) => CallAsync<IReadOnlyDictionary<string, FoundSettings>>(
        async token =>
        {
            try
            {
                var answers = await _clients.Current().DescribeConfigsAsync([.. topics.Select(Resource)], new DescribeConfigsOptions { RequestTimeout = _patience }).WaitAsync(token);
                return answers.ToDictionary(answer => answer.ConfigResource.Name, answer => Told(answer.Entries), StringComparer.Ordinal);
            }
            catch (DescribeConfigsException failure)
            {
                // Refused topic by topic: whose topics they are decides whether that matters.
                var passing = failure.Results.Where(result => result.Error.IsError && TopicCallException.MayErrorPass(result.Error) && !TopicCallException.IsPermission(result.Error)).ToList();
                if (passing.Count > 0) throw new TopicCallException("read settings", [.. passing.Select(result => (result.ConfigResource.Name, result.Error))], failure);
                return failure.Results.ToDictionary(
                    result => result.ConfigResource.Name,
                    result => result.Error.IsError ? new FoundSettings(new Dictionary<string, string>(), KafkaErrors.Describe(result.Error)) : Told(result.Entries),
                    StringComparer.Ordinal);
            }
        },
        "read settings", cancellationToken);

    public Task ChangeAsync(IReadOnlyList<SettingsChange> changes, CancellationToken cancellationToken) => CallAsync(
        async token =>
        {
            try
            {
                return await _clients.Current().IncrementalAlterConfigsAsync(changes.ToDictionary(change => Resource(change.Topic), Entries), new IncrementalAlterConfigsOptions { RequestTimeout = _patience }).WaitAsync(token);
            }
            catch (IncrementalAlterConfigsException failure)
            {
                throw new TopicCallException("change settings", [.. failure.Results.Where(result => result.Error.IsError).Select(result => (result.ConfigResource.Name, result.Error))], failure);
            }
        },
        "change settings", cancellationToken);

    public void Dispose() => _clients.Dispose();

    private static TopicSpecification Specification(WantedTopic topic) =>
        new() { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = BrokersDefault, Configs = topic.Settings.ToDictionary(StringComparer.Ordinal) };

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private static List<ConfigEntry> Entries(SettingsChange change) =>
        [.. change.Settings.Select(setting => new ConfigEntry { Name = setting.Key, Value = setting.Value, IncrementalOperation = AlterConfigOpType.Set })];

    private static FoundSettings Told(Dictionary<string, ConfigEntryResult> entries) => new(entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value ?? "", StringComparer.Ordinal));

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await _again.ExecuteAsync(async token => await SortedAsync(call, what, token), cancellationToken);
        }
        catch (TopicCallException failure)
        {
            throw failure.IsTransient ? new TransientException(failure.Message, failure) : new InvalidRequestException(failure.Message, failure);
        }
    }

    private static async Task<T> SortedAsync<T>(Func<CancellationToken, Task<T>> call, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await call(cancellationToken);
        }
        catch (KafkaException failure)
        {
            throw new TopicCallException(what, [(null, failure.Error)], failure);
        }
    }
}
