using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.JoinHost;
using EntitySync.Local.DynamoDb;
using EntitySync.Local.EventSources;
using EntitySync.Local.Http;
using EntitySync.Local.Kafka;
using EntitySync.Local.Lambda;
using EntitySync.Local.Processes;
using EntitySync.Local.Solr;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Synth;
using EntitySync.Local.Template;

namespace EntitySync.Local.Runner;

/// <summary>
/// The whole product on one machine, made from the deployed files: template.yaml (functions, tables, routes), what follows from the definitions
/// (topics, event sources, reference tables: as <c>synth</c> writes it), the state machines and the definitions. Each real part replaces its stand-in when its environment variable is set.
/// </summary>
public sealed class LocalRunner : IAsyncDisposable
{
    private const string Region = "us-east-1";

    /// <summary>Shorter than a real broker allows: nobody wants to wait for a member that was killed on the same machine.</summary>
    private static readonly TimeSpan EmbeddedSessionTimeout = TimeSpan.FromSeconds(4);

    private readonly Stack<IAsyncDisposable> _parts = new();
    private ITopicWriter _writer = null!;

    private LocalRunner(RunnerOptions options, RunnerLog log)
    {
        Options = options;
        Log = log;
        Loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(log));
    }

    public RunnerOptions Options { get; }

    public RunnerLog Log { get; }

    public ILoggerFactory Loggers { get; }

    public EntitySyncSettings Settings { get; private set; } = new();

    /// <summary>How the runner's own clients and those of the functions reach Kafka.</summary>
    public KafkaConnection Connection { get; private set; } = null!;

    public EntityCatalog Catalog { get; private set; } = new([]);

    public ReconciliationCatalog Reconciliations { get; private set; } = new([]);

    public ReadModelCatalog ReadModels { get; private set; } = new([]);

    public SamTemplate Template { get; private set; } = null!;

    public FunctionRuntime Functions { get; private set; } = null!;

    public EventSourceSet EventSources { get; private set; } = null!;

    /// <summary>Null when <c>STEPFUNCTIONS_ENDPOINT</c> names a real one.</summary>
    public StepFunctionsService? StepFunctions { get; private set; }

    /// <summary>ARN of each state machine by its logical id in the template; empty when <c>STEPFUNCTIONS_ENDPOINT</c> names a real one.</summary>
    public Dictionary<string, string> StateMachines { get; } = new(StringComparer.Ordinal);

    public JoinHostApplication JoinHost { get; private set; } = null!;

    public Uri HttpApi { get; private set; } = null!;

    public IAmazonDynamoDB DynamoDb { get; private set; } = null!;

    /// <summary>Null when <c>KAFKA_BOOTSTRAP_SERVERS</c> names a real one.</summary>
    public EmbeddedKafka? Kafka { get; private set; }

    /// <summary>Null when <c>SOLR_URL</c> names a real one.</summary>
    public SolrServer? Solr { get; private set; }

    /// <summary>Where each part listens, for people.</summary>
    public List<(string Part, string Address, string Use)> Addresses { get; } = [];

    /// <param name="progress">Told the name of each part before it starts.</param>
    public static async Task<LocalRunner> StartAsync(RunnerOptions options, RunnerLog log, Action<string> progress, CancellationToken cancellationToken)
    {
        var runner = new LocalRunner(options, log);
        try
        {
            await runner.StartPartsAsync(progress, cancellationToken);
            return runner;
        }
        catch
        {
            await runner.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops everything in the opposite order of its start.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        Loggers.Dispose();
    }

    private async Task StartPartsAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var guard = Own(await RunGuard.StartAsync(cancellationToken));
        Catalog = new EntityCatalog(DefinitionSetup.Load(Options.DefinitionsPath, Options.Strategy, Options.StrategyEntity).All.Where(Options.Includes).Select(Options.Adjust));
        Reconciliations = new ReconciliationCatalog(DefinitionLoader.LoadReconciliations(Options.DefinitionsPath).All.Select(Options.AdjustReconciliation));
        ReadModels = DefinitionLoader.LoadReadModels(Options.DefinitionsPath);
        var definitions = new DefinitionSet(Catalog, Reconciliations, ReadModels, DefinitionLoader.LoadFeeds(Options.DefinitionsPath));
        var topics = TopicPlan.Of(definitions);

        progress("Kafka");
        Settings = EntitySyncSettings.FromEnvironment() with { DefinitionsPath = Options.DefinitionsPath, JoinHttpPort = Options.JoinPort };
        await StartKafkaAsync(topics, cancellationToken);

        progress("DynamoDB");
        var dynamoDb = Own(await DynamoDbLocalServer.StartAsync(guard, cancellationToken));
        Settings = Settings with { DynamoDbEndpoint = dynamoDb.Endpoint.ToString() };
        Addresses.Add(("DynamoDB", dynamoDb.Endpoint.ToString(), "aws dynamodb scan --table-name entitysync-delivery-classes --endpoint-url ..."));
        Template = SamTemplate.Load(Checkout.PathOf("template.yaml"), Parameters(), new Dictionary<string, string> { [EntitiesTemplate.FileName] = EntitiesTemplate.Write(definitions, SynthOptions.Unlimited).Entities });
        DynamoDb = DynamoDbClients.Create(Settings);
        Own(DynamoDb);
        await TableSetup.CreateAsync(DynamoDb, Template.Tables.Values, cancellationToken);
        Settings = Settings with
        {
            ReferenceTablePrefix = TablePrefix,
            ReplaysTable = Template.Tables["ReplaysTable"].Name,
            ReconciliationsTable = Template.Tables["ReconciliationsTable"].Name,
            ReadModelsTable = Template.Tables["ReadModelsTable"].Name,
            ReadModelTablePrefix = TablePrefix + "read-model-",
            FeedsTable = Template.Tables["FeedsTable"].Name,
        };

        progress("Search");
        await StartSolrAsync(cancellationToken);

        progress("Functions and Step Functions");
        await StartFunctionsAsync(guard, cancellationToken);

        await Options.BeforeJoinHost(this, cancellationToken);
        progress("Join host");
        await StartJoinHostAsync(cancellationToken);
        Own(new Stopping(StopJoinHostAsync));
        Addresses.Add(("Join host", JoinHost.Address + "status", "/live /ready /status"));
    }

    /// <summary>Ends the join host as a crash would: nothing is flushed or committed.</summary>
    public Task KillJoinHostAsync() => JoinHost.AbandonAsync();

    /// <summary>Starts the join host, at first or after <see cref="KillJoinHostAsync"/>.</summary>
    public async Task StartJoinHostAsync(CancellationToken cancellationToken)
    {
        // Null before the first start.
        if (JoinHost is { } killed) await killed.DisposeAsync();
        JoinHost = JoinHostApplication.Build(Settings, Catalog, logging => logging.AddProvider(Log), CreateJoinOptions());
        await JoinHost.StartAsync(cancellationToken);
    }

    private async Task StopJoinHostAsync()
    {
        await JoinHost.StopAsync();
        await JoinHost.DisposeAsync();
    }

    private const string TablePrefix = "entitysync-";

    private JoinHostOptions CreateJoinOptions()
    {
        var options = new JoinHostOptions { ListenAddress = System.Net.IPAddress.Loopback };
        return Kafka is null ? options : options with { SessionTimeout = EmbeddedSessionTimeout, ChecksTopicSettings = false };
    }

    private Dictionary<string, string> Parameters() => new(StringComparer.Ordinal)
    {
        ["TablePrefix"] = TablePrefix,
        ["KafkaBootstrapServers"] = Settings.KafkaBootstrapServers,
        ["KafkaSecurityProtocol"] = Settings.KafkaSecurityProtocol ?? "",
    };

    private async Task StartKafkaAsync(IReadOnlyList<PlannedTopic> topics, CancellationToken cancellationToken)
    {
        if (Settings.KafkaBootstrapServers.Length > 0)
        {
            NativeKafka.Load();
            Connection = NewConnection();
            await TopicSetup.CreateAsync(Connection, topics, cancellationToken);
        }
        else
        {
            Kafka = Own(new EmbeddedKafka());
            TopicSetup.Create(Kafka, topics, Options.PartitionFactor);

            // Its transactions are a form only: they commit no positions, and what they abort stays visible.
            Settings = Settings with
            {
                KafkaBootstrapServers = Kafka.BootstrapServers,
                KafkaSecurityProtocol = "plaintext",
                KafkaAuthentication = KafkaAuthentication.None,
                KafkaSecretArn = null,
                KafkaCaSecretArn = null,
                JoinProcessingGuarantee = ProcessingGuarantee.AtLeastOnce,
            };
            Connection = NewConnection();
        }

        Addresses.Add(("Kafka", Settings.KafkaBootstrapServers, Kafka is null ? $"authentication: {Settings.KafkaAuthentication}" : "any Kafka client, no TLS"));
    }

    private KafkaConnection NewConnection() => new(Settings, Loggers.CreateLogger<KafkaConnection>());

    private async Task StartSolrAsync(CancellationToken cancellationToken)
    {
        if (Settings.SolrUrl is null)
        {
            Solr = Own(await SolrServer.StartAsync(cancellationToken: cancellationToken));
            Settings = Settings with { SolrUrl = Solr.Url.ToString() };
            Own(new SolrFeed(Connection, Catalog, Solr));
        }

        Addresses.Add(("Search (Solr)", Settings.SolrUrl!, "curl '.../items/select?q=*:*'"));
    }

    private async Task StartFunctionsAsync(RunGuard guard, CancellationToken cancellationToken)
    {
        var functions = new LateInvoker();
        await StartStepFunctionsAsync(guard, functions, cancellationToken);
        var writer = new KafkaTopicWriter(Connection, Loggers.CreateLogger<KafkaTopicWriter>(), TimeProvider.System);
        Own(writer);
        _writer = Options.WrapWriter(writer);
        Functions = new FunctionRuntime(Template.Functions.Values, CreateServices(), TimeProvider.System, Loggers);
        functions.Target = Functions;

        var http = Own(await HttpApiServer.StartAsync(Template.Routes, Functions, TimeProvider.System, Options.HttpPort, cancellationToken));
        HttpApi = http.BaseAddress;
        Addresses.Add(("Reference API", HttpApi.ToString(), "curl -X PUT ...reference-tables/delivery-classes/rows/express -d '{\"minimumTime\":24,\"maximumTime\":48}'"));
        Addresses.Add(("Reconciliations", HttpApi + "reconciliations/", "curl '...order-shipping?status=open'"));
        Addresses.Add(("Read models", HttpApi + "read-models", "curl '.../read-models/orders-search?index=byStatus&key=Shipped'"));
        Addresses.Add(("Feeds", HttpApi + "feeds/", "curl '.../feeds/items-merged'"));
        EventSources = Own(EventSourceSet.Start(
            Template, Template.KafkaEvents, Functions, new KafkaSourceCluster(Connection), writer, new Uri(Settings.DynamoDbEndpoint!), TimeProvider.System, Loggers,
            Options.ScheduleEvery));
    }

    /// <summary>Deploys the functions anew, with the definitions of another folder; event sources, state machines and the join host stay as they are.</summary>
    /// <exception cref="InvalidDefinitionException">At least one problem.</exception>
    public void Deploy(string definitionsPath)
    {
        ReadModels = DefinitionLoader.LoadReadModels(definitionsPath);
        Settings = Settings with { DefinitionsPath = definitionsPath };
        Functions.Deploy(CreateServices());
    }

    private ServiceProvider CreateServices()
    {
        var services = new ServiceCollection()
            .AddSingleton(Catalog)
            .AddSingleton(Connection)
            .AddSingleton(Reconciliations)
            .AddSingleton(ReadModels)
            .AddSingleton(_writer)
            .AddSingleton(Options.WrapReconciliations(new DynamoDbReconciliationTable(DynamoDb, Settings.ReconciliationsTable, readsRefused: Settings.DynamoDbEndpoint is not null)))
            .AddSingleton(Options.WrapReadModels(new DynamoDbReadModelTable(DynamoDb, Settings.ReadModelTablePrefix, TimeProvider.System, readsRefused: Settings.DynamoDbEndpoint is not null)))
            .AddSingleton(Options.Replay)
            .AddSingleton(Options.Rebuild)
            .AddEntitySync(Settings)
            .AddLogging(logging => logging.ClearProviders().AddProvider(Log))
            .BuildServiceProvider();
        Own(services);
        return services;
    }

    private async Task StartStepFunctionsAsync(RunGuard guard, LateInvoker functions, CancellationToken cancellationToken)
    {
        if (Settings.StepFunctionsEndpoint is null)
        {
            StepFunctions = Own(new StepFunctionsService(Region, TimeProvider.System));
            var lambda = Own(await LocalWebServer.StartAsync(web => web.MapLambdaInvoke(functions), cancellationToken: cancellationToken));
            var endpoint = Own(await LocalWebServer.StartAsync(web => web.MapStepFunctions(StepFunctions), Options.StepFunctionsPort, cancellationToken));
            await StepFunctions.StartAsync(guard, lambda.BaseAddress, cancellationToken);
            foreach (var machine in Template.StateMachines)
            {
                var arns = machine.Substitutions.ToDictionary(pair => pair.Key, pair => $"arn:aws:lambda:{Region}:000000000000:function:{pair.Value}");
                StateMachines[machine.LogicalId] = StepFunctions.Register(machine.FileName, Checkout.PathOf(machine.DefinitionPath), arns);
            }

            Settings = Settings with { StepFunctionsEndpoint = endpoint.BaseAddress.ToString(), ReplayStateMachineArn = StateMachines["ReplayStateMachine"] };
            Addresses.Add(("Lambda", lambda.BaseAddress.ToString(), "aws lambda invoke --function-name PlanReplayFunction --payload ... --endpoint-url ... out.json"));
        }

        Addresses.Add(("Step Functions", Settings.StepFunctionsEndpoint!, $"aws stepfunctions start-execution --state-machine-arn {Settings.ReplayStateMachineArn} --input '{{\"entity\":\"item\"}}' --endpoint-url ..."));
        if (StateMachines.TryGetValue("RebuildReadModelStateMachine", out var rebuild))
            Addresses.Add(("Rebuilds", Settings.StepFunctionsEndpoint!, $"aws stepfunctions start-execution --state-machine-arn {rebuild} --input '{{\"readModel\":\"orders-search\"}}' --endpoint-url ..."));
    }

    private T Own<T>(T part)
    {
        _parts.Push(part switch
        {
            IAsyncDisposable asynchronous => asynchronous,
            IDisposable plain => new Stopping(() => { plain.Dispose(); return Task.CompletedTask; }),
            _ => throw new ArgumentException("A part must be disposable.", nameof(part)),
        });
        return part;
    }

    private sealed class Stopping(Func<Task> stop) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(stop());
    }

    /// <summary>State machines need the address of the functions, functions the ARN of the state machine: this breaks the circle.</summary>
    private sealed class LateInvoker : ILambdaInvoker
    {
        public ILambdaInvoker? Target { get; set; }

        public Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
            (Target ?? throw new InvalidOperationException("Functions are not started yet.")).InvokeAsync(functionName, payload, cancellationToken);
    }
}
