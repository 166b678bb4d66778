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
    private const string TopicPrefix = "${ArnPrefix}:topic/${ClusterPath}/";

    private static readonly JsonObject Access = TemplateReader.Read(Checkout.PathOf("infra", "kafka-access.yaml"));
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

    [Fact]
    public void FunctionThatSpeaksToKafka_HasItsPolicies_AndNoOtherHas()
    {
        foreach (var (id, function) in Checkout.Template.Functions)
        {
            var policies = Checkout.Template.Root["Resources"]![id]!["Properties"]!["Policies"]!.ToJsonString();
            var name = id[..^"Function".Length];
            var speaks = function.Environment.ContainsKey("KAFKA_BOOTSTRAP_SERVERS");
            policies.Contains("\"KafkaAccess.Outputs.Secrets\"", StringComparison.Ordinal).ShouldBe(speaks, id);
            policies.Contains($"\"KafkaAccess.Outputs.{name}\"", StringComparison.Ordinal).ShouldBe(speaks, id);
            (Access["Outputs"]![name] is not null).ShouldBe(speaks, id);
            if (!speaks) continue;
            foreach (var variable in (string[])["KAFKA_SECURITY_PROTOCOL", "KAFKA_AUTHENTICATION", "KAFKA_SECRET_ARN", "KAFKA_CA_SECRET_ARN"]) function.Environment.Keys.ShouldContain(variable, id);
        }
    }

    [Fact]
    public void EventSource_MayReadItsTopicWithItsGroup()
    {
        foreach (var source in Checkout.Template.KafkaEvents)
        {
            var policy = source.Batch.FunctionId[..^"Function".Length] + "Policy";
            Granted(policy, "kafka-cluster:ReadData").ShouldContain(TopicPrefix + source.Topic, source.Batch.Id);
            Granted(policy, "kafka-cluster:WriteData").ShouldContain(TopicPrefix + source.OnFailureTopic, source.Batch.Id);
            var group = source.ConsumerGroupId.Replace("entitysync-local", "${GroupPrefix}", StringComparison.Ordinal);
            Granted(policy, "kafka-cluster:AlterGroup").ShouldContain("${ArnPrefix}:group/${ClusterPath}/" + group, source.Batch.Id);
        }
    }

    [Fact]
    public void PublishReplayPages_MayWriteTheReplaysOfAllTables()
    {
        var tables = DefinitionLoader.LoadCatalog(Definitions).All.Where(definition => definition.Root.Kind == RootKind.Table);
        Granted("PublishReplayPagesPolicy", "kafka-cluster:WriteData").ShouldBe(tables.Select(definition => TopicPrefix + definition.ReplayTopic()), ignoreOrder: true);
    }

    [Fact]
    public void PublishCompleted_MayWriteTheOutputsOfAllReconciliations()
    {
        var topics = DefinitionLoader.LoadReconciliations(Definitions).All.SelectMany(definition => new[] { definition.Output.Topic, definition.OverdueTopic, definition.DeadLetterTopic() }).OfType<string>();
        Granted("PublishCompletedPolicy", "kafka-cluster:WriteData").ShouldBe(topics.Select(topic => TopicPrefix + topic), ignoreOrder: true);
    }

    [Fact]
    public void RebuildsAndFeeds_MayReadTheTopicsOfTheirDefinitions()
    {
        var readModels = DefinitionLoader.LoadReadModels(Definitions).Topics.Select(topic => TopicPrefix + topic).ToList();
        Granted("PlanRebuildPolicy", "kafka-cluster:ReadData").ShouldBe(readModels, ignoreOrder: true);
        Granted("FillReadModelPolicy", "kafka-cluster:ReadData").ShouldBe(readModels, ignoreOrder: true);
        Granted("FeedPolicy", "kafka-cluster:ReadData").ShouldBe(DefinitionLoader.LoadFeeds(Definitions).All.Select(feed => TopicPrefix + feed.Topic), ignoreOrder: true);
    }

    /// <summary>With the strategies that the files name and with any other that a file may be given: internal topics of all are listed.</summary>
    [Fact]
    public void Container_MayUseTheTopicsOfAllDefinitions()
    {
        var reads = Granted("JoinHostPolicy", "kafka-cluster:ReadData");
        var writes = Granted("JoinHostPolicy", "kafka-cluster:WriteData");
        foreach (var topology in DefinitionLoader.LoadCatalog(Definitions).All.Select(definition => JoinTopology.BuildTopology(definition)))
        {
            var read = topology.SubTopologies.SelectMany(part => part.Sources).Select(source => source.Topic).Distinct();
            read.Where(topic => !reads.Contains(TopicPrefix + topic)).ShouldBeEmpty(topology.Entity);
            var written = topology.InternalTopics.Select(topic => topic.Name).Append(topology.EmissionTopic).Append(topology.DeadLetterTopic);
            written.Where(topic => !writes.Contains(TopicPrefix + topic)).ShouldBeEmpty(topology.Entity);
        }
    }

    [Fact]
    public void EveryTopicOfAPolicy_IsOneOfTheTopicsFile()
    {
        var known = TopicsFile.Load(Checkout.PathOf("infra", "topics.yaml")).Select(topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        var granted = Resources(Access["Resources"]!).Where(resource => resource.Contains(":topic/", StringComparison.Ordinal)).ToList();
        granted.Count.ShouldBeGreaterThan(60);
        granted.Select(resource => resource.Split('/')[^1]).Where(topic => !known.Contains(topic)).ShouldBeEmpty();
    }

    [Fact]
    public void Secrets_AreReadByArnAndDecryptedThroughSecretsManagerAlone()
    {
        var policy = Access["Resources"]!["SecretsPolicy"]!;
        Statements(policy).Single(statement => Texts(statement["Action"]).Contains("secretsmanager:GetSecretValue"))["Resource"]!.ToJsonString().ShouldNotContain("*");
        var decrypting = Statements(policy).Single(statement => Texts(statement["Action"]).Contains("kms:Decrypt"));
        decrypting["Condition"]!["StringEquals"]!["kms:ViaService"]!.ToJsonString().ShouldContain("secretsmanager.${AWS::Region}.");
    }

    [Fact]
    public void Container_HasItsPolicies_AndNoOther()
    {
        var role = Checkout.Template.Root["Resources"]!["JoinTaskRole"]!["Properties"]!;
        role["Policies"].ShouldBeNull();
        role["ManagedPolicyArns"]!.AsArray().Select(policy => policy!["Fn::If"]![1]!.ToJsonString()).ShouldBe(["""{"Fn::GetAtt":"KafkaAccess.Outputs.Secrets"}""", """{"Fn::GetAtt":"KafkaAccess.Outputs.JoinHost"}"""]);
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
        var values = new TemplateValues(Checkout.Template.Root, parameters);
        var mappings = Checkout.Template.Root["Resources"]!.AsObject().Where(resource => resource.Value!["Properties"]?["Topics"] is not null).ToList();
        mappings.Count.ShouldBe(Checkout.Template.KafkaEvents.Length);
        return mappings.Select(mapping => values.Resolve(mapping.Value!["Properties"]!["SourceAccessConfigurations"]) as JsonArray);
    }

    private static string Types(JsonArray? access) => string.Join(' ', access!.Select(entry => entry!["Type"]!.ToString()));

    private static HashSet<string> Granted(string policy, string action) =>
        Statements(Access["Resources"]![policy]!).Where(statement => Texts(statement["Action"]).Contains(action)).SelectMany(statement => Texts(statement["Resource"])).ToHashSet(StringComparer.Ordinal);

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
