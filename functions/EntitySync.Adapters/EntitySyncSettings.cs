using System.Globalization;
using EntitySync.Core.Hooks;

namespace EntitySync.Adapters;

/// <summary>
/// What functions, container and local runner read from the environment. One name has one meaning everywhere;
/// template.yaml sets the same names.
/// </summary>
public sealed record EntitySyncSettings
{
    /// <summary><c>KAFKA_BOOTSTRAP_SERVERS</c>: comma-separated <c>host:port</c>.</summary>
    public string KafkaBootstrapServers { get; init; } = "";

    /// <summary><c>KAFKA_AUTHENTICATION</c>: <c>none</c> (default: TLS only), <c>iam</c> (MSK), <c>scram</c> or <c>mtls</c>. See infra/guides/credentials.md.</summary>
    public KafkaAuthentication KafkaAuthentication { get; init; }

    /// <summary><c>KAFKA_SECRET_ARN</c>: the secret in Secrets Manager with user and password (<c>scram</c>) or certificate and key (<c>mtls</c>).</summary>
    public string? KafkaSecretArn { get; init; }

    /// <summary><c>KAFKA_CA_SECRET_ARN</c>: the secret with the certificates (PEM) of the private authority that signs the brokers'; null: the system's authorities.</summary>
    public string? KafkaCaSecretArn { get; init; }

    /// <summary><c>KAFKA_SECURITY_PROTOCOL</c>: follows from the authentication (<c>ssl</c> or <c>sasl_ssl</c>) and need not be set, but to <c>plaintext</c> for brokers
    /// without TLS.</summary>
    public string? KafkaSecurityProtocol { get; init; }

    /// <summary><c>AWS_REGION</c>, else <c>AWS_DEFAULT_REGION</c>: where the process runs; null outside of AWS.</summary>
    public string? AwsRegion { get; init; }

    /// <summary><c>DYNAMODB_ENDPOINT</c>: another endpoint than the region's, e.g. DynamoDB Local; null on AWS.</summary>
    public string? DynamoDbEndpoint { get; init; }

    /// <summary><c>STEPFUNCTIONS_ENDPOINT</c>: another endpoint than the region's; null on AWS.</summary>
    public string? StepFunctionsEndpoint { get; init; }

    /// <summary><c>REFERENCE_TABLE_PREFIX</c>: what stands before a reference table's logical name in DynamoDB, e.g. <c>prod-</c>.</summary>
    public string ReferenceTablePrefix { get; init; } = "";

    /// <summary><c>REPLAYS_TABLE</c>: table of replay checkpoints.</summary>
    public string ReplaysTable { get; init; } = "replays";

    /// <summary><c>RECONCILIATIONS_TABLE</c>: table of reconciliations.</summary>
    public string ReconciliationsTable { get; init; } = "reconciliations";

    /// <summary><c>READ_MODELS_TABLE</c>: table of the versions of read models and of how far rebuilds are.</summary>
    public string ReadModelsTable { get; init; } = "read-models";

    /// <summary><c>READ_MODEL_TABLE_PREFIX</c>: what stands before name and version of a read model's table, e.g. <c>prod-read-model-</c>.</summary>
    public string ReadModelTablePrefix { get; init; } = "read-model-";

    /// <summary><c>FEEDS_TABLE</c>: table of the archive pages of feeds.</summary>
    public string FeedsTable { get; init; } = "feeds";

    /// <summary><c>REPLAY_STATE_MACHINE_ARN</c>.</summary>
    public string ReplayStateMachineArn { get; init; } = "";

    /// <summary><c>SOLR_URL</c>: base address, e.g. <c>https://search.example.internal/solr</c>; null when no definition uses Solr.</summary>
    public string? SolrUrl { get; init; }

    /// <summary><c>ENRICH_CACHE_MAXIMUM_AGE_SECONDS</c>: how long Enrich may use a related row for live updates without reading it again.
    /// 0 (default): rows are read once an invocation, so that no output ever goes back to an older row.</summary>
    public int EnrichCacheMaximumAgeSeconds { get; init; }

    /// <summary><c>DEFINITIONS_PATH</c>: folder of the YAML definitions; default <c>entities</c> beside the assemblies.</summary>
    public string DefinitionsPath { get; init; } = Path.Combine(AppContext.BaseDirectory, "entities");

    /// <summary><c>ENTITYSYNC_HOOKS</c>: folder of further assemblies with hooks, each with what it needs beside it; null: hooks come with the application.</summary>
    public string? HooksPath { get; init; }

    /// <summary><c>JOIN_GROUP_ID</c>: consumer group of the join container.</summary>
    public string JoinGroupId { get; init; } = "entitysync-join";

    /// <summary><c>JOIN_THREADS</c>: threads of one container.</summary>
    public int JoinThreads { get; init; } = 1;

    /// <summary><c>JOIN_HTTP_PORT</c>: port of the container's health and status endpoints; 0 lets the system choose.</summary>
    public int JoinHttpPort { get; init; } = 8080;

    /// <summary><c>JOIN_PROCESSING_GUARANTEE</c>: <c>exactly-once</c> (default: Kafka transactions) or <c>at-least-once</c> (emissions may come twice after a crash).</summary>
    public ProcessingGuarantee JoinProcessingGuarantee { get; init; } = ProcessingGuarantee.ExactlyOnce;

    /// <summary><c>JOIN_INSTANCE_ID</c>: part of the transactional ids, different for each container of a group. One that is the same after a restart ends
    /// what its predecessor left open at once. Default: machine name and HTTP port, or a random one when the system chooses the port.</summary>
    public string? JoinInstanceId { get; init; }

    /// <summary><c>JOIN_ALLOW_UNCOMPACTED</c>: <c>true</c> to run although a table's topic is not compacted; state then is what its retention has left.</summary>
    public bool JoinAllowUncompacted { get; init; }

    /// <summary><c>JOIN_BROADCAST_MEGABYTES</c>: related rows that one broadcast relation may hold in one thread; beyond it the container stops joining and says so.</summary>
    public int JoinBroadcastMegabytes { get; init; } = 512;

    /// <summary><c>JOIN_SUPPRESS_EQUAL_OUTPUT</c>: <c>true</c> (default) when a change of related rows emits only outputs that differ from the last.</summary>
    public bool JoinSuppressEqualOutput { get; init; } = true;

    /// <summary><c>JOIN_REPORT_SECONDS</c>: interval of the log's lines that tell each entity's lag, fan-outs and dead letters; 0 writes none.</summary>
    public int JoinReportSeconds { get; init; } = 60;

    /// <summary><c>OTEL_EXPORTER_OTLP_ENDPOINT</c>: collector that the join container sends metrics and traces to; null sends none.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary><c>OTEL_EXPORTER_OTLP_PROTOCOL</c>: <c>grpc</c> (default) or <c>http/protobuf</c>. The exporter itself reads the other OTEL_ variables.</summary>
    public string OtlpProtocol { get; init; } = "grpc";

    public static EntitySyncSettings FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>Reads the settings through <paramref name="read"/>; an empty value counts as absent.</summary>
    /// <exception cref="FormatException">A value is not what is expected; the message names the variable.</exception>
    public static EntitySyncSettings From(Func<string, string?> read)
    {
        var defaults = new EntitySyncSettings();
        return new EntitySyncSettings
        {
            KafkaBootstrapServers = Text("KAFKA_BOOTSTRAP_SERVERS") ?? defaults.KafkaBootstrapServers,
            KafkaAuthentication = Authentication("KAFKA_AUTHENTICATION"),
            KafkaSecretArn = Text("KAFKA_SECRET_ARN"),
            KafkaCaSecretArn = Text("KAFKA_CA_SECRET_ARN"),
            KafkaSecurityProtocol = Text("KAFKA_SECURITY_PROTOCOL"),
            AwsRegion = Text("AWS_REGION") ?? Text("AWS_DEFAULT_REGION"),
            DynamoDbEndpoint = Text("DYNAMODB_ENDPOINT"),
            StepFunctionsEndpoint = Text("STEPFUNCTIONS_ENDPOINT"),
            ReferenceTablePrefix = Text("REFERENCE_TABLE_PREFIX") ?? defaults.ReferenceTablePrefix,
            ReplaysTable = Text("REPLAYS_TABLE") ?? defaults.ReplaysTable,
            ReconciliationsTable = Text("RECONCILIATIONS_TABLE") ?? defaults.ReconciliationsTable,
            ReadModelsTable = Text("READ_MODELS_TABLE") ?? defaults.ReadModelsTable,
            ReadModelTablePrefix = Text("READ_MODEL_TABLE_PREFIX") ?? defaults.ReadModelTablePrefix,
            FeedsTable = Text("FEEDS_TABLE") ?? defaults.FeedsTable,
            ReplayStateMachineArn = Text("REPLAY_STATE_MACHINE_ARN") ?? defaults.ReplayStateMachineArn,
            SolrUrl = Text("SOLR_URL"),
            EnrichCacheMaximumAgeSeconds = Number("ENRICH_CACHE_MAXIMUM_AGE_SECONDS", defaults.EnrichCacheMaximumAgeSeconds),
            DefinitionsPath = Text("DEFINITIONS_PATH") ?? defaults.DefinitionsPath,
            HooksPath = Text(HookLoader.FolderVariable),
            JoinGroupId = Text("JOIN_GROUP_ID") ?? defaults.JoinGroupId,
            JoinThreads = Number("JOIN_THREADS", defaults.JoinThreads),
            JoinProcessingGuarantee = Guarantee("JOIN_PROCESSING_GUARANTEE"),
            JoinInstanceId = Text("JOIN_INSTANCE_ID"),
            JoinAllowUncompacted = Switch("JOIN_ALLOW_UNCOMPACTED", defaults.JoinAllowUncompacted),
            JoinBroadcastMegabytes = Number("JOIN_BROADCAST_MEGABYTES", defaults.JoinBroadcastMegabytes),
            JoinSuppressEqualOutput = Switch("JOIN_SUPPRESS_EQUAL_OUTPUT", defaults.JoinSuppressEqualOutput),
            JoinReportSeconds = Number("JOIN_REPORT_SECONDS", defaults.JoinReportSeconds),
            JoinHttpPort = Port("JOIN_HTTP_PORT", defaults.JoinHttpPort),
            OtlpEndpoint = Address("OTEL_EXPORTER_OTLP_ENDPOINT"),
            OtlpProtocol = OneOf("OTEL_EXPORTER_OTLP_PROTOCOL", [defaults.OtlpProtocol, "http/protobuf"]),
        };

        string? Text(string name) => read(name) is { Length: > 0 } value ? value : null;

        int Number(string name, int fallback) => Text(name) is not { } text ? fallback
            : int.TryParse(text, out var number) && number >= 0 ? number
            : throw new FormatException($"{name} is '{text}': a whole number of 0 or more is expected.");

        ProcessingGuarantee Guarantee(string name) => Text(name) switch
        {
            null or "exactly-once" => ProcessingGuarantee.ExactlyOnce,
            "at-least-once" => ProcessingGuarantee.AtLeastOnce,
            var text => throw new FormatException($"{name} is '{text}'; allowed: exactly-once, at-least-once."),
        };

        KafkaAuthentication Authentication(string name) => Text(name) switch
        {
            null or "none" => KafkaAuthentication.None,
            "iam" => KafkaAuthentication.Iam,
            "scram" => KafkaAuthentication.Scram,
            "mtls" => KafkaAuthentication.Mtls,
            var text => throw new FormatException($"{name} is '{text}'; allowed: none, iam, scram, mtls."),
        };

        bool Switch(string name, bool fallback) => Text(name) switch
        {
            null => fallback,
            "false" => false,
            "true" => true,
            var text => throw new FormatException($"{name} is '{text}'; allowed: true, false."),
        };

        Uri? Address(string name) => Text(name) is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
            : throw new FormatException($"{name} is '{text}': an address such as http://collector:4317 is expected.");

        string OneOf(string name, string[] allowed) => Text(name) is not { } text ? allowed[0]
            : allowed.Contains(text, StringComparer.Ordinal) ? text
            : throw new FormatException($"{name} is '{text}'; allowed: {string.Join(", ", allowed)}.");

        int Port(string name, int fallback) => Text(name) is not { } text ? fallback
            : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port
            : throw new FormatException($"{name} is '{text}': a port from 1 to {ushort.MaxValue} is expected, or 0 to let the system choose.");
    }
}

/// <summary>How clients prove to Kafka who they are; always over TLS.</summary>
public enum KafkaAuthentication
{
    /// <summary>They do not: the network decides who may come.</summary>
    None,

    /// <summary>Amazon MSK with IAM: a signed token of the process's role.</summary>
    Iam,

    /// <summary>SASL SCRAM-SHA-512: a user and its password from Secrets Manager.</summary>
    Scram,

    /// <summary>A client certificate and its key from Secrets Manager.</summary>
    Mtls,
}

/// <summary>What a crash may do to the emissions of the join container.</summary>
public enum ProcessingGuarantee
{
    /// <summary>Positions, emissions and progress are one Kafka transaction: a reader of committed records sees each emission once.</summary>
    ExactlyOnce,

    /// <summary>Positions are committed after the emissions: what came after the last commit is emitted again.</summary>
    AtLeastOnce,
}
