using System.Text.Json.Nodes;
using EntitySync.Adapters.Msk;
using EntitySync.Core.Definitions;
using EntitySync.Local.Lambda;
using EntitySync.Local.Template;
using EntitySync.Tests.Template.Rules;

namespace EntitySync.Tests.Template.Calls;

/// <summary>What each function calls of AWS, read out of the compiled code, against what its role may do: a call without a right fails in production, a right without a call helps only an attacker.</summary>
public sealed class FunctionCallTests
{
    // The resource that each adapter works on; ports on several have more lines.
    private static readonly Dictionary<string, string> ResourceOf = new(StringComparer.Ordinal)
    {
        ["DynamoDbReferenceRowStore"] = "reference tables",
        ["DynamoDbRelatedRowReader"] = "reference tables",
        ["DynamoDbIdSource"] = "tables of ids",
        ["DynamoDbReplayStore"] = "ReplaysTable",
        ["DynamoDbReconciliationTable"] = "ReconciliationsTable",
        ["DynamoDbReconciliationTable dynamodb:Query"] = "ReconciliationsTable/index/byStatus",
        ["DynamoDbReadModelRegistry"] = "ReadModelsTable",
        ["DynamoDbReadModelTables"] = "read models",
        ["DynamoDbReadModelTable"] = "read models",
        ["DynamoDbReadModelTable dynamodb:Query"] = "read models/index/*",
        ["DynamoDbFeedPages"] = "FeedsTable",
        ["StepFunctionsReplayStarter"] = "ReplayStateMachine",
        ["SecretsManagerReader"] = "secrets",
    };

    // Calls that the code has and a deployment never makes.
    private static readonly Dictionary<string, string> NeverOnAws = new(StringComparer.Ordinal)
    {
        ["ReconcileFunction dynamodb:GetItem on ReconciliationsTable"] = "DynamoDB itself brings the item of a refused write; only the emulator does not",
        ["SweepOverdueFunction dynamodb:GetItem on ReconciliationsTable"] = "likewise",
    };

    private static readonly string[] OfStreams = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams", "sqs:SendMessage"];
    private static readonly string[] OfTopics = ["ec2:DescribeSecurityGroups", "ec2:DescribeVpcs", "kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"];

    public static TheoryData<string> FunctionIds => [.. Checkout.Template.Functions.Keys];

    [Theory, MemberData(nameof(FunctionIds))]
    public void Function_MayDoWhatItCallsAndNothingElse(string functionId)
    {
        var calls = Calls(functionId).ToHashSet(StringComparer.Ordinal);
        var granted = Granted(functionId).ToHashSet(StringComparer.Ordinal);
        granted.ExceptWith(OfEventSources(functionId));

        calls.Except(granted).Order(StringComparer.Ordinal).Select(call => $"calls {call}, and may not").Concat(granted.Except(calls).Order(StringComparer.Ordinal).Select(grant => $"may {grant}, and never calls it"))
            .ShouldBeEmpty(functionId);
    }

    [Fact]
    public void WhatOnlyTheEmulatorNeeds_IsStillInTheCode() =>
        NeverOnAws.Keys.ShouldBeSubsetOf(Checkout.Template.Functions.Keys.SelectMany(id => AllCalls(id).Select(call => $"{id} {call}")));

    /// <summary>The ways of the reader of compiled code, each with a call that only it can find.</summary>
    [Theory]
    [InlineData("ReferenceApiFunction", "dynamodb:DeleteItem on reference tables", "through an interface, a closure and two state machines")]
    [InlineData("PlanReplayFunction", "dynamodb:PutItem on ReplaysTable", "a transaction's part")]
    [InlineData("FeedFunction", "secretsmanager:GetSecretValue on secrets", "from a constructor that a factory of Startup calls")]
    [InlineData("TriggerReplayFunction", "states:StartExecution on ReplayStateMachine", "another service")]
    public void Calls_AreFound(string functionId, string call, string way) => AllCalls(functionId).ShouldContain(call, way);

    [Fact]
    public void FunctionWithoutCalls_HasNone() => AllCalls("FindBrokersFunction").ShouldBe(["kafka:GetBootstrapBrokers on cluster"]);

    private static IEnumerable<string> Calls(string functionId) => AllCalls(functionId).Where(call => !NeverOnAws.ContainsKey($"{functionId} {call}") && (!call.EndsWith(" on tables of ids", StringComparison.Ordinal) || HasTablesOfIds));

    // Synth grants them by name when a definition pages its ids out of a table.
    private static bool HasTablesOfIds => TablesOfIds.Count > 0;

    private static HashSet<string> TablesOfIds { get; } =
        [.. DefinitionLoader.LoadCatalog(Checkout.PathOf("infra", "entities")).All.Select(definition => definition.Replay?.Ids).OfType<DynamoDbIdSourceDefinition>().Select(source => source.Table)];

    private static IEnumerable<string> AllCalls(string functionId) => Reach.From(HandlerBinding.Resolve(Checkout.Template.Functions[functionId].Handler).Type).SelectMany(Call).Distinct();

    private static IEnumerable<string> Call(ReachedMethod reached)
    {
        var (method, port) = reached;
        if (method.DeclaringType == typeof(MskBrokers) && method.Name == nameof(MskBrokers.FindAsync)) return ["kafka:GetBootstrapBrokers on cluster"];
        var action = (method.DeclaringType!.Name, method.Name) switch
        {
            ("TransactWriteItem", "set_ConditionCheck") => "dynamodb:ConditionCheckItem",
            ("TransactWriteItem", ['s', 'e', 't', '_', .. var part]) => $"dynamodb:{part}Item",
            (_, "TransactWriteItemsAsync") => null, // its parts are what needs a right
            ("IAmazonDynamoDB" or "AmazonDynamoDBClient", [.. var name, 'A', 's', 'y', 'n', 'c']) => $"dynamodb:{name}",
            ("IAmazonStepFunctions" or "AmazonStepFunctionsClient", [.. var name, 'A', 's', 'y', 'n', 'c']) => $"states:{name}",
            ("IAmazonSecretsManager" or "AmazonSecretsManagerClient", [.. var name, 'A', 's', 'y', 'n', 'c']) => $"secretsmanager:{name}",
            var (type, name) when name.EndsWith("Async", StringComparison.Ordinal) && method.DeclaringType.Namespace?.StartsWith("Amazon.", StringComparison.Ordinal) == true && !type.Contains("Credentials", StringComparison.Ordinal) =>
                throw new InvalidOperationException($"{type}.{name} is a call of a service that this test does not know."),
            _ => null,
        };
        if (action is null) return [];
        port.ShouldNotBeNull($"{action} is called outside of the adapters' ports");
        return [$"{action} on {ResourceOf.GetValueOrDefault($"{port.Name} {action}") ?? ResourceOf[port.Name]}"];
    }

    private static IEnumerable<string> Granted(string functionId)
    {
        var role = functionId[..^"Function".Length] + "Role";
        var own = TemplateWalk.StatementsIn(Checkout.Template.Root["Resources"]![functionId]!["Properties"]!["Policies"]);
        var attached = Attached("generated/entities.yaml", role).Concat(Attached("kafka.yaml", role.Replace("Role", "RoleName", StringComparison.Ordinal)));
        return from statement in own.Concat(attached)
               from action in TemplateWalk.Texts(statement["Action"])
               where !action.StartsWith("kafka-cluster:", StringComparison.Ordinal) // KafkaAccessTests
               from resource in Resources(statement["Resource"]).Distinct()
               select $"{action} on {resource}";
    }

    private static IEnumerable<JsonObject> Attached(string file, string role) =>
        TemplateWalk.Resources(TemplateReader.Read(Checkout.PathOf("infra", file))).Where(resource => resource.Properties["Roles"] is JsonArray roles && roles.Any(each => each!["Ref"]?.ToString() == role))
            .SelectMany(resource => TemplateWalk.StatementsIn(resource.Properties["PolicyDocument"]));

    private static IEnumerable<string> OfEventSources(string functionId)
    {
        var stream = Checkout.Template.DynamoDbStreamEvents.Any(source => source.Batch.FunctionId == functionId);
        var topic = Checkout.Template.KafkaEvents.Any(source => source.Batch.FunctionId == functionId);
        var granted = Granted(functionId).ToList();
        var expected = (stream ? OfStreams : []).Concat(topic ? OfTopics : []).ToList();
        expected.Where(action => !granted.Any(grant => grant.StartsWith(action + " ", StringComparison.Ordinal))).ShouldBeEmpty($"{functionId}'s event source needs");
        return granted.Where(grant => expected.Contains(grant.Split(' ')[0])).Append("kms:Decrypt on key of the secrets");
    }

    private static IEnumerable<string> Resources(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Resources),
        JsonObject condition when condition["Fn::If"] is JsonArray sides => sides.Skip(1).SelectMany(Resources),
        JsonObject { Count: 1 } reference when reference["Ref"]?.ToString() == "AWS::NoValue" => [],
        _ => [Name(string.Concat(TemplateWalk.Texts(node)))],
    };

    private static string Name(string text) => text.Replace("${", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal) switch
    {
        "KafkaSecretArn" or "KafkaCaSecretArn" => "secrets",
        "KafkaSecretKmsKeyArn" => "key of the secrets",
        "ExpressCluster.Arn" or "ServerlessCluster.Arn" => "cluster",
        "ReconciliationsTable.Arn/index/byStatus" => "ReconciliationsTable/index/byStatus",
        var versions when versions.EndsWith("TablePrefixread-model-*", StringComparison.Ordinal) => "read models",
        var indexes when indexes.EndsWith("TablePrefixread-model-*/index/*", StringComparison.Ordinal) => "read models/index/*",
        "ReplaysTable.Arn" or "ReadModelsTable.Arn" or "ReconciliationsTable.Arn" or "FeedsTable.Arn" => text.Split('.')[0],
        var table when table.EndsWith("Table.Arn", StringComparison.Ordinal) => "reference tables",
        var ids when ids.Split(":table/TablePrefix") is [_, var name] && TablesOfIds.Contains(name.Split("/index/")[0]) => "tables of ids",
        var other => other,
    };
}
