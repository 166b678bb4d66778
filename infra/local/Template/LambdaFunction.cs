using System.Collections.Immutable;
using EntitySync.Local.EventSources;

namespace EntitySync.Local.Template;

/// <summary>A function of the template.</summary>
/// <param name="LogicalId">Name by which the runner knows it, e.g. <c>EnrichFunction</c>.</param>
/// <param name="Handler"><c>Assembly::Namespace.Type::Method</c>.</param>
/// <param name="Environment">Variables the template sets; what only AWS knows stays as <c>${LogicalId}</c>.</param>
public sealed record LambdaFunction(string LogicalId, string Handler, TimeSpan Timeout, int MemoryMegabytes, ImmutableSortedDictionary<string, string> Environment);

/// <summary>A route of the HTTP API: the path as the template writes it, with <c>{name}</c> segments.</summary>
public sealed record HttpRoute(string FunctionId, string Method, string Path)
{
    /// <summary><c>GET /reference-tables/{table}/rows/{key}</c></summary>
    public string RouteKey => $"{Method} {Path}";
}

/// <summary>How a service turns a stream or topic into invocations: the limits of a batch and what follows a failure.</summary>
/// <param name="Id">Name of the event source: function and event, or the mapping's logical id.</param>
/// <param name="MaximumRetryAttempts">Retries after the first attempt; null for no limit.</param>
/// <param name="MaximumRecordAge">Older records are not tried again; null for no limit.</param>
public sealed record BatchSettings(
    string Id,
    string FunctionId,
    int BatchSize,
    TimeSpan BatchingWindow,
    bool ReportBatchItemFailures,
    bool BisectBatchOnFunctionError,
    int? MaximumRetryAttempts,
    TimeSpan? MaximumRecordAge);

/// <param name="OnFailureTopic">Topic of records that were given up; null when there is none.</param>
/// <param name="Pollers">Consumers that share the topic's partitions.</param>
public sealed record KafkaEventSettings(BatchSettings Batch, string Topic, string ConsumerGroupId, bool FromBeginning, int Pollers, string? OnFailureTopic);

/// <param name="TableId">Logical id of the table whose stream is read.</param>
/// <param name="OnFailure">Logical id of the queue that hears of records that were given up; null when there is none.</param>
/// <param name="Filter">Which records reach the function; null for all.</param>
public sealed record DynamoDbStreamEventSettings(BatchSettings Batch, string TableId, bool FromBeginning, string? OnFailure, EventFilter? Filter = null);

/// <summary>A schedule that invokes a function.</summary>
/// <param name="Id">Function and event.</param>
/// <param name="Input">The event, JSON; null for the one of the service.</param>
public sealed record ScheduleSettings(string Id, string FunctionId, TimeSpan Every, string? Input);

/// <summary>A DynamoDB table as the template declares it.</summary>
/// <param name="Name">Physical name, with the deployment's prefix.</param>
/// <param name="StreamViewType">Null for a table without a stream.</param>
/// <param name="TimeToLiveAttribute">Null when items do not expire.</param>
/// <param name="Indexes">Its global secondary indexes.</param>
public sealed record TableDefinition(
    string LogicalId,
    string Name,
    ImmutableArray<TableKey> Keys,
    string? StreamViewType,
    string? TimeToLiveAttribute,
    ImmutableArray<TableIndex> Indexes);

/// <param name="ProjectionType"><c>ALL</c>, <c>KEYS_ONLY</c> or <c>INCLUDE</c>.</param>
/// <param name="Projected">Attributes that it includes beside the keys.</param>
public sealed record TableIndex(string Name, ImmutableArray<TableKey> Keys, string ProjectionType, ImmutableArray<string> Projected);

/// <param name="AttributeType"><c>S</c>, <c>N</c> or <c>B</c>.</param>
/// <param name="KeyType"><c>HASH</c> or <c>RANGE</c>.</param>
public sealed record TableKey(string Attribute, string AttributeType, string KeyType);

/// <param name="DefinitionPath">The ASL file, relative to the template.</param>
/// <param name="Substitutions">Placeholder of the ASL file to the logical id of the function it means.</param>
public sealed record StateMachineDefinition(string LogicalId, string DefinitionPath, ImmutableSortedDictionary<string, string> Substitutions)
{
    /// <summary>Name of its file, <c>replay</c>: what it is called on this machine.</summary>
    public string FileName => Path.GetFileName(DefinitionPath).Split('.')[0];
}
