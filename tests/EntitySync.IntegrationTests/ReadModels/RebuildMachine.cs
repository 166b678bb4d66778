using System.Text;
using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.ReadModels;
using EntitySync.Core.State;
using EntitySync.Core.Topics;
using EntitySync.Functions;
using EntitySync.Local.Http;
using EntitySync.Local.Lambda;
using EntitySync.Local.Runner;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;
using EntitySync.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.ReadModels;

/// <summary>The deployed state machine file and handlers over Kafka and DynamoDB Local, with live events that go on all the time. <see cref="Deploy"/> puts other functions in their place.</summary>
internal sealed class RebuildMachine : IAsyncDisposable, ILambdaInvoker
{
    private static readonly SamTemplate Template = SamTemplate.Load(Checkout.PathOf("template.yaml"));

    private readonly CancellationTokenSource _end = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly EntitySyncSettings _settings;
    private readonly AmazonDynamoDBClient _dynamoDb;
    private readonly StepFunctionsService _stepFunctions = new("us-east-1", TimeProvider.System);
    private readonly Dictionary<(string Topic, int Partition), long> _applied = [];
    private volatile Deployment? _deployed;
    private string _arn = "";
    private Task _live = Task.CompletedTask;

    private RebuildMachine(LocalPartsFixture parts, string registry)
    {
        _dynamoDb = parts.CreateDynamoDbClient();
        _settings = new EntitySyncSettings
        {
            KafkaBootstrapServers = parts.KafkaBootstrapServers,
            KafkaSecurityProtocol = "plaintext",
            DynamoDbEndpoint = parts.DynamoDbEndpoint.ToString(),
            ReadModelsTable = registry,
            ReadModelTablePrefix = registry + "-",
        };
    }

    public IServiceProvider Services => _deployed!.Services;

    public IReadModelTable Table => Services.GetRequiredService<IReadModelTable>();

    public static async Task<RebuildMachine> StartAsync(LocalPartsFixture parts, ReadModelDefinition definition)
    {
        var registry = LocalPartsFixture.Unique("read-models");
        var machine = new RebuildMachine(parts, registry);
        await machine._dynamoDb.CreateTableAsync(TableSetup.Request(Template.Tables["ReadModelsTable"], registry));
        machine.Deploy(definition);
        var lambda = await LocalWebServer.StartAsync(routes => routes.MapLambdaInvoke(machine));
        machine._owned.Add(lambda);
        await machine._stepFunctions.StartAsync(parts.Run, lambda.BaseAddress, CancellationToken.None);
        var file = Template.StateMachines.Single(each => each.LogicalId == "RebuildReadModelStateMachine");
        machine._arn = machine._stepFunctions.Register(
            file.FileName, Checkout.PathOf(file.DefinitionPath), file.Substitutions.ToDictionary(pair => pair.Key, pair => "arn:aws:lambda:us-east-1:000000000000:function:" + pair.Value));
        machine._live = Task.Run(machine.LiveAsync);
        return machine;
    }

    /// <summary>Functions of this definition, from the next invocation on.</summary>
    public void Deploy(ReadModelDefinition definition)
    {
        var services = new ServiceCollection()
            .AddSingleton<IAmazonDynamoDB>(_dynamoDb)
            .AddSingleton(new ReadModelCatalog([definition]))
            .AddSingleton<ITopicWriter>(new RecordingTopicWriter())
            .AddEntitySync(_settings)
            .AddLogging(logging => logging.ClearProviders())
            .BuildServiceProvider();
        var functions = new FunctionRuntime(
            Template.Functions.Values.Where(function => function.LogicalId is "PlanRebuildFunction" or "FillReadModelFunction" or "FinishRebuildFunction"), services, TimeProvider.System, NullLoggerFactory.Instance);
        _owned.Add(services);
        _deployed = new Deployment(definition, services, functions);
    }

    /// <summary>Awaited before each invocation.</summary>
    public Func<string, Task> BeforeInvoke { get; set; } = _ => Task.CompletedTask;

    public async Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await BeforeInvoke(functionName);
        return await _deployed!.Functions.InvokeAsync(functionName, payload, cancellationToken);
    }

    public async Task<string> StartAsync(string input) => (await _stepFunctions.StartExecutionAsync(_arn, null, input, CancellationToken.None)).Arn;

    public Task<Execution> StopAsync(string executionArn) => _stepFunctions.StopAsync(executionArn, null, "stopped by a person", CancellationToken.None);

    /// <returns>How the execution ended.</returns>
    public async Task<Execution> ExecuteAsync(string input)
    {
        var arn = await StartAsync(input);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (_stepFunctions.Describe(arn).Status == Execution.Running) await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
        return _stepFunctions.Describe(arn);
    }

    public async Task<ReadModelState> StateAsync() => (await Services.GetRequiredService<IReadModelRegistry>().GetAsync(_deployed!.Definition.ReadModel, CancellationToken.None))!;

    /// <summary>Rows of the version, as JSON text by key.</summary>
    public async Task<SortedDictionary<string, string>> RowsAsync(int version)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string? token = null;
        do
        {
            var page = await Table.ListAsync(new ReadModelVersionId(_deployed!.Definition.ReadModel, version), new RowQuery(null, null, null, null, false, 50, token), CancellationToken.None);
            foreach (var row in page.Rows) rows.Add(row.Key, Encoding.UTF8.GetString(row.Document.Span));
            token = page.PageToken;
        }
        while (token is not null);
        return rows;
    }

    /// <summary>What a definition makes of all that the topics hold.</summary>
    public async Task<SortedDictionary<string, string>> ExpectedAsync(ReadModelDefinition definition)
    {
        var naive = new NaiveReadModel(definition);
        foreach (var partition in await PartitionsAsync())
        {
            foreach (var record in partition.Records) naive.Add(partition.Topic, partition.Partition, record);
        }

        return naive.Documents();
    }

    /// <summary>Until live events have brought all that is in the topics now.</summary>
    public async Task AppliedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        foreach (var partition in await PartitionsAsync())
        {
            while (AppliedTo(partition) <= (partition.Records.Count == 0 ? -1 : partition.Records[^1].Offset))
            {
                if (_live.IsFaulted) await _live;
                await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _live;
        await _stepFunctions.DisposeAsync();
        foreach (var part in Enumerable.Reverse(_owned)) await part.DisposeAsync();
        _dynamoDb.Dispose();
        _end.Dispose();
    }

    private long AppliedTo(PartitionRecords partition)
    {
        lock (_applied) return _applied.GetValueOrDefault((partition.Topic, partition.Partition));
    }

    // What the event sources of ProjectReadModel do.
    private async Task LiveAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            foreach (var partition in await PartitionsAsync())
            {
                var records = partition.Records.Where(record => record.Offset >= AppliedTo(partition)).Take(20).ToList();
                if (records.Count == 0) continue;
                var result = await Services.GetRequiredService<ProjectBatch>().RunAsync([partition with { Records = records }], () => TimeSpan.FromMinutes(5), CancellationToken.None);
                lock (_applied) _applied[(partition.Topic, partition.Partition)] = result.ComeAgain.Count == 0 ? records[^1].Offset + 1 : result.ComeAgain[0].Offset;
            }
        }
    }

    private async Task<List<PartitionRecords>> PartitionsAsync()
    {
        var reader = Services.GetRequiredService<ITopicReader>();
        var partitions = new List<PartitionRecords>();
        foreach (var topic in _deployed!.Definition.Topics)
        {
            foreach (var range in await reader.RangesAsync(topic.Topic, CancellationToken.None))
            {
                IReadOnlyList<EnrichRecord> records = range.End == range.First ? [] : (await reader.ReadAsync(new ReadRequest(topic.Topic, range.Partition, range.First, range.End), CancellationToken.None)).Records;
                partitions.Add(new PartitionRecords(topic.Topic, range.Partition, records));
            }
        }

        return partitions;
    }

    private sealed record Deployment(ReadModelDefinition Definition, IServiceProvider Services, FunctionRuntime Functions);
}
