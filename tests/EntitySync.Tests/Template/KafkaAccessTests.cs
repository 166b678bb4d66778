using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>Each way to prove who we are: what event sources, functions and container are given with it, and that nothing more is.</summary>
public sealed class KafkaAccessTests
{
    private const string ClusterArn = "arn:aws:kafka:eu-west-1:111111111111:cluster/entities/00000000-0000-0000-0000-000000000000-1";
    private const string Secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:AmazonMSK_entitysync-AbCdEf";
    private const string CaSecret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:authority-AbCdEf";
    private const string TopicPrefix = "${KafkaArnPrefix}:topic/${KafkaClusterPath}/";

    private static readonly JsonObject Access = TemplateReader.Read(Checkout.PathOf("infra", "generated", "entities.yaml"));
    private static readonly string Definitions = Checkout.PathOf("infra", "entities");

    [Theory]
    [InlineData("none", "", "", "VPC_SUBNET VPC_SUBNET VPC_SECURITY_GROUP")]
    [InlineData("none", "", CaSecret, "VPC_SUBNET VPC_SUBNET VPC_SECURITY_GROUP SERVER_ROOT_CA_CERTIFICATE")]
    [InlineData("scram", Secret, CaSecret, "VPC_SUBNET VPC_SUBNET VPC_SECURITY_GROUP SASL_SCRAM_512_AUTH SERVER_ROOT_CA_CERTIFICATE")]
    [InlineData("mtls", Secret, "", "VPC_SUBNET VPC_SUBNET VPC_SECURITY_GROUP CLIENT_CERTIFICATE_TLS_AUTH")]
    public void EventSourceOfASelfManagedCluster_ProvesItselfAsTheClientsDo(string authentication, string secret, string authority, string types) =>
        SourceAccess(authentication, secret, authority, "").ShouldAllBe(access => Types(access) == types);

    [Theory]
    [InlineData("scram", "SASL_SCRAM_512_AUTH")]
    [InlineData("mtls", "CLIENT_CERTIFICATE_TLS_AUTH")]
    public void EventSourceOfMsk_ProvesItselfAsTheClientsDo(string authentication, string type)
    {
        foreach (var access in SourceAccess(authentication, Secret, CaSecret, ClusterArn))
        {
            Types(access).ShouldBe(type);
            access![0]!["URI"]!.ToString().ShouldBe(Secret);
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("iam")]
    public void EventSourceOfMsk_NeedsNothingElse(string authentication) => SourceAccess(authentication, "", "", ClusterArn).ShouldAllBe(access => access == null);

    /// <summary>Role and permissions of each come from the definitions; a function that is forgotten there cannot connect.</summary>
    [Fact]
    public void FunctionThatSpeaksToKafka_HasItsPolicies_AndNoOtherHas()
    {
        foreach (var (id, function) in Checkout.Template.Functions)
        {
            var name = id[..^"Function".Length];
            var speaks = function.Environment.ContainsKey("KAFKA_BOOTSTRAP_SERVERS");
            Policies(name).Any().ShouldBe(speaks, id);
            RolesOf(Access["Resources"]!["SecretsAccess"]!).Contains(name + "Role").ShouldBe(speaks, id);
            if (!speaks) continue;
            Stack["Parameters"]![name + "Role"]!.ToJsonString().ShouldBe($$"""{"Ref":"{{id}}Role"}""");
            Policies(name).ShouldAllBe(policy => RolesOf(policy).Single() == name + "Role");
            foreach (var variable in (string[])["KAFKA_SECURITY_PROTOCOL", "KAFKA_AUTHENTICATION", "KAFKA_SECRET_ARN", "KAFKA_CA_SECRET_ARN"]) function.Environment.Keys.ShouldContain(variable, id);
        }
    }

    [Fact]
    public void EventSource_MayReadItsTopicWithItsGroup()
    {
        foreach (var source in Checkout.Template.KafkaEvents)
        {
            var name = source.Batch.FunctionId[..^"Function".Length];
            Granted(name, "kafka-cluster:ReadData").ShouldContain(TopicPrefix + source.Topic, source.Batch.Id);
            Granted(name, "kafka-cluster:WriteData").ShouldContain(TopicPrefix + source.OnFailureTopic, source.Batch.Id);
            var group = source.ConsumerGroupId.Replace("entitysync-local", "${StackPrefix}", StringComparison.Ordinal);
            Granted(name, "kafka-cluster:AlterGroup").ShouldContain("${KafkaArnPrefix}:group/${KafkaClusterPath}/" + group, source.Batch.Id);
        }
    }

    [Fact]
    public void PublishReplayPages_MayWriteTheReplaysOfAllTables()
    {
        var tables = DefinitionLoader.LoadCatalog(Definitions).All.Where(definition => definition.Root.Kind == RootKind.Table);
        Granted("PublishReplayPages", "kafka-cluster:WriteData").ShouldBe(tables.Select(definition => TopicPrefix + definition.ReplayTopic()), ignoreOrder: true);
    }

    [Fact]
    public void PublishCompleted_MayWriteTheOutputsOfAllReconciliations()
    {
        var topics = DefinitionLoader.LoadReconciliations(Definitions).All.SelectMany(definition => new[] { definition.Output.Topic, definition.OverdueTopic, definition.DeadLetterTopic() }).OfType<string>();
        Granted("PublishCompleted", "kafka-cluster:WriteData").ShouldBe(topics.Select(topic => TopicPrefix + topic), ignoreOrder: true);
    }

    [Fact]
    public void RebuildsAndFeeds_MayReadTheTopicsOfTheirDefinitions()
    {
        var readModels = DefinitionLoader.LoadReadModels(Definitions).Topics.Select(topic => TopicPrefix + topic).ToList();
        Granted("PlanRebuild", "kafka-cluster:ReadData").ShouldBe(readModels, ignoreOrder: true);
        Granted("FillReadModel", "kafka-cluster:ReadData").ShouldBe(readModels, ignoreOrder: true);
        Granted("Feed", "kafka-cluster:ReadData").ShouldBe(DefinitionLoader.LoadFeeds(Definitions).All.Select(feed => TopicPrefix + feed.Topic), ignoreOrder: true);
    }

    [Fact]
    public void Container_MayUseTheTopicsOfAllDefinitionsAndNoOthers()
    {
        var topologies = DefinitionLoader.LoadCatalog(Definitions).All.Select(definition => JoinTopology.BuildTopology(definition)).ToList();
        var read = topologies.SelectMany(topology => topology.SubTopologies).SelectMany(part => part.Sources).Select(source => TopicPrefix + source.Topic).Distinct();
        var written = topologies.SelectMany(topology => topology.InternalTopics.Select(topic => topic.Name).Append(topology.EmissionTopic).Append(topology.DeadLetterTopic)).Select(topic => TopicPrefix + topic).Distinct();

        Granted("Join", "kafka-cluster:ReadData").ShouldBe(read, ignoreOrder: true);
        Granted("Join", "kafka-cluster:WriteData").ShouldBe(written, ignoreOrder: true);
        Granted("Join", "kafka-cluster:AlterGroup").ShouldBe(["${KafkaArnPrefix}:group/${KafkaClusterPath}/${JoinGroupId}"]);
        Granted("Join", "kafka-cluster:AlterTransactionalId").ShouldBe(["${KafkaArnPrefix}:transactional-id/${KafkaClusterPath}/${JoinGroupId}-*"]);
        Stack["Parameters"]!["JoinRole"]!.ToJsonString().ShouldBe("""{"Ref":"JoinTaskRole"}""");
    }

    [Fact]
    public void EveryTopicOfAPolicy_IsOneThatIsMade()
    {
        var made = Access["Resources"]!["Topics"]!["Properties"]!["Topics"]!.AsArray().Select(topic => TopicPrefix + topic!["Name"]).ToList();
        var granted = Resources(Access["Resources"]!).Where(resource => resource.Contains(":topic/", StringComparison.Ordinal)).Distinct().ToList();
        granted.ShouldBe(made, ignoreOrder: true);
        Granted("CreateTopics", "kafka-cluster:CreateTopic").ShouldBe(made, ignoreOrder: true);
    }

    [Fact]
    public void GroupOfTheReader_IsThatOfTheCode() =>
        Granted("Feed", "kafka-cluster:DescribeGroup").ShouldBe(["${KafkaArnPrefix}:group/${KafkaClusterPath}/" + EntitySync.Adapters.Kafka.KafkaTopicReader.GroupId]);

    [Fact]
    public void Secrets_AreReadByArnAndDecryptedThroughSecretsManagerAlone()
    {
        var policy = Access["Resources"]!["SecretsAccess"]!;
        {
            Statements(policy).Single(statement => Texts(statement["Action"]).Contains("secretsmanager:GetSecretValue"))["Resource"]!.ToJsonString().ShouldNotContain("*");
            var decrypting = Statements(policy).Single(statement => Texts(statement["Action"]).Contains("kms:Decrypt"));
            decrypting["Condition"]!["StringEquals"]!["kms:ViaService"]!.ToJsonString().ShouldContain("secretsmanager.${AWS::Region}.");
        }
    }

    private static IEnumerable<JsonArray?> SourceAccess(string authentication, string secret, string authority, string clusterArn)
    {
        var parameters = new Dictionary<string, string>
        {
            ["KafkaAuthentication"] = authentication,
            ["KafkaSecretArn"] = secret,
            ["KafkaCaSecretArn"] = authority,
            ["KafkaClusterArn"] = clusterArn,
        };
        var values = new TemplateValues(Access, parameters);
        var mappings = Access["Resources"]!.AsObject().Where(resource => resource.Value!["Type"]!.ToString() == "AWS::Lambda::EventSourceMapping" && resource.Value!["Properties"]?["Topics"] is not null).ToList();
        mappings.Count.ShouldBe(Checkout.Template.KafkaEvents.Length);
        return mappings.Select(mapping => values.Resolve(mapping.Value!["Properties"]!["SourceAccessConfigurations"]) as JsonArray);
    }

    private static string Types(JsonArray? access) => string.Join(' ', access!.Select(entry => entry!["Type"]!.ToString()));

    private static JsonNode Stack => Checkout.Template.Root["Resources"]!["Entities"]!["Properties"]!;

    /// <summary>What a function or the container may do on the cluster with IAM.</summary>
    private static IEnumerable<JsonNode> Policies(string name) =>
        Access["Resources"]!.AsObject().Where(resource => resource.Key.StartsWith(name + "Kafka", StringComparison.Ordinal) && resource.Value!["Condition"]!.ToString() == "IsIam").Select(resource => resource.Value!);

    private static IEnumerable<string> RolesOf(JsonNode policy) => policy["Properties"]!["Roles"]!.AsArray().Select(role => role!["Ref"]!.ToString());

    private static HashSet<string> Granted(string name, string action) =>
        Policies(name).SelectMany(Statements).Where(statement => Texts(statement["Action"]).Contains(action)).SelectMany(statement => Texts(statement["Resource"])).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Resources(JsonNode node) => Statements(node).SelectMany(statement => Texts(statement["Resource"]));

    private static IEnumerable<JsonObject> Statements(JsonNode? node) => node switch
    {
        JsonObject map when map.ContainsKey("Effect") && map.ContainsKey("Resource") => [map],
        JsonObject map => map.SelectMany(property => Statements(property.Value)),
        JsonArray list => list.SelectMany(Statements),
        _ => [],
    };

    // Of {"Fn::Sub": text} the text.
    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Texts),
        JsonObject map => map.SelectMany(property => Texts(property.Value)),
        JsonValue value => [value.ToString()],
        _ => [],
    };
}
