using System.Text.Json.Nodes;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The nested template of the cluster: what it makes of each choice, and that a new cluster has one way in and outlives the stack.</summary>
public sealed class KafkaClusterTests
{
    private const string Brokers = "broker-1.example.internal:9094";
    private const string Arn = "arn:aws:kafka:eu-west-1:111111111111:cluster/entities/00000000-0000-0000-0000-000000000000-1";

    private static readonly JsonObject Kafka = TemplateReader.Read(Checkout.PathOf("infra", "kafka.yaml"));

    [Theory]
    [InlineData("existing", Brokers, Arn)]
    [InlineData("serverless", "${Brokers.BootstrapServers}", "${ServerlessCluster.Arn}")]
    [InlineData("express", "${Brokers.BootstrapServers}", "${ExpressCluster.Arn}")]
    public void Outputs_AreTheExistingClusterOrTheNewOne(string cluster, string servers, string arn)
    {
        Output(cluster, "BootstrapServers").ShouldBe(servers);
        Output(cluster, "ClusterArn").ShouldBe(arn);
    }

    [Theory]
    [InlineData("existing", "Nothing")]
    [InlineData("serverless", "Nothing", "ServerlessCluster", "BrokersAdmitTheGroup", "FindBrokersPolicy", "Brokers")]
    [InlineData("express", "Nothing", "ExpressCluster", "ExpressLogs", "BrokersAdmitTheGroup", "FindBrokersPolicy", "Brokers")]
    public void Resources_AreThoseOfTheChoice(string cluster, params string[] resources)
    {
        var values = Values(cluster);
        Kafka["Resources"]!.AsObject()
            .Where(resource => resource.Value!["Condition"] is not { } condition || values.Text(new JsonObject { ["Fn::If"] = new JsonArray(condition.ToString(), "made", "left out") }) == "made")
            .Select(resource => resource.Key).ShouldBe(resources);
    }

    [Theory]
    [InlineData("ServerlessCluster", """{"Sasl":{"Iam":{"Enabled":"true"}}}""")]
    [InlineData("ExpressCluster", """{"Sasl":{"Iam":{"Enabled":"true"}},"Unauthenticated":{"Enabled":"false"}}""")]
    public void NewCluster_HasIamAsItsOnlyWayInAndOutlivesTheStack(string id, string authentication)
    {
        var cluster = Kafka["Resources"]![id]!;
        cluster["Properties"]!["ClientAuthentication"]!.ToJsonString().ShouldBe(authentication);
        cluster["DeletionPolicy"]!.ToString().ShouldBe("RetainExceptOnCreate");
        cluster["UpdateReplacePolicy"]!.ToString().ShouldBe("Retain");
    }

    [Fact]
    public void Express_SpeaksTlsOnlyAndHasNoMonitoringToPayFor()
    {
        var properties = Kafka["Resources"]!["ExpressCluster"]!["Properties"]!;
        properties["EncryptionInfo"]!.ToJsonString().ShouldBe("""{"EncryptionInTransit":{"ClientBroker":"TLS","InCluster":"true"}}""");
        properties["EnhancedMonitoring"]!.ToString().ShouldBe("DEFAULT");
        properties["BrokerNodeGroupInfo"]!["ClientSubnets"]!.AsArray().Count.ShouldBe(3);
        properties["BrokerNodeGroupInfo"]!.AsObject().ContainsKey("StorageInfo").ShouldBeFalse("Express has its own storage");
        Kafka["Parameters"]!["ExpressBrokerCount"]!["AllowedValues"]!.AsArray().ShouldAllBe(count => int.Parse(count!.ToString()) % 3 == 0);
    }

    [Theory]
    [InlineData("subnet-1,subnet-2", "")]
    [InlineData("subnet-1,subnet-2,subnet-3", "subnet-3")]
    [InlineData("subnet-1,subnet-2,subnet-3,subnet-4", "subnet-3")]
    public void ThirdSubnet_IsEmptyWhenThereAreTwo(string subnets, string third)
    {
        var values = new TemplateValues(Checkout.Template.Root, new Dictionary<string, string> { ["VpcSubnetIds"] = subnets });
        (values.Text(StackParameters["ThirdSubnetId"]) ?? "").ShouldBe(third);
    }

    [Fact]
    public void FindBrokers_MayAskForTheNewClusterAndNothingElse()
    {
        var statement = Kafka["Resources"]!["FindBrokersPolicy"]!["Properties"]!["PolicyDocument"]!["Statement"]!.AsArray().ShouldHaveSingleItem()!;
        statement["Action"]!.ToString().ShouldBe("kafka:GetBootstrapBrokers");
        Values("serverless").Text(statement["Resource"]).ShouldBe("${ServerlessCluster.Arn}");
        Values("express").Text(statement["Resource"]).ShouldBe("${ExpressCluster.Arn}");
        Checkout.Template.Root["Resources"]!["FindBrokersFunction"]!["Properties"]!.AsObject().Select(property => property.Key).ShouldBe(["Handler", "Timeout"], "neither a policy nor the VPC");
    }

    [Fact]
    public void FindBrokers_AnswersBeforeCloudFormationGivesUp()
    {
        var patience = TimeSpan.FromSeconds(int.Parse(Kafka["Resources"]!["Brokers"]!["Properties"]!["ServiceTimeout"]!.ToString()));
        Checkout.Template.Functions["FindBrokersFunction"].Timeout.ShouldBeLessThan(patience);
    }

    [Theory]
    [InlineData("existing", "none", Brokers, "", "")]
    [InlineData("existing", "iam", Brokers, Arn, "")]
    [InlineData("serverless", "iam", "", "", "")]
    [InlineData("express", "iam", "", "", "")]
    [InlineData("existing", "none", "", "", "KafkaCluster existing needs KafkaBootstrapServers.")]
    [InlineData("existing", "iam", Brokers, "", "KafkaAuthentication iam is for Amazon MSK and needs KafkaClusterArn.")]
    [InlineData("serverless", "none", "", "", "KafkaCluster serverless and express take KafkaAuthentication iam only.")]
    [InlineData("express", "iam", Brokers, "", "KafkaCluster serverless and express make the brokers; leave KafkaBootstrapServers out.")]
    [InlineData("express", "iam", "", Arn, "KafkaCluster serverless and express make the cluster; leave KafkaClusterArn out.")]
    public void Rules_RefuseWhatDoesNotGoTogether(string cluster, string authentication, string servers, string arn, string refusal) =>
        Refusals(
            Checkout.Template.Root, ["BrokersOfTheExistingCluster", "NewClusterIsOurs", "IamIsOfMsk"],
            new Dictionary<string, string> { ["KafkaCluster"] = cluster, ["KafkaAuthentication"] = authentication, ["KafkaBootstrapServers"] = servers, ["KafkaClusterArn"] = arn })
        .ShouldBe(refusal);

    [Theory]
    [InlineData("serverless", "", true)]
    [InlineData("express", "subnet-3", true)]
    [InlineData("express", "", false)]
    public void Express_NeedsThreeZones(string cluster, string third, bool isTaken) =>
        (Refusals(Kafka, ["ThreeZones"], new Dictionary<string, string> { ["Cluster"] = cluster, ["ThirdSubnetId"] = third }).Length == 0).ShouldBe(isTaken);

    [Fact]
    public void Stack_IsGivenEveryParameter() => StackParameters.Select(parameter => parameter.Key).ShouldBe(Kafka["Parameters"]!.AsObject().Select(parameter => parameter.Key), ignoreOrder: true);

    private static JsonObject StackParameters => Checkout.Template.Root["Resources"]!["Kafka"]!["Properties"]!["Parameters"]!.AsObject();

    // Rules and conditions have the same functions, as far as these rules use any.
    private static string Refusals(JsonObject template, string[] rules, Dictionary<string, string> parameters)
    {
        return string.Join(' ', rules.Select(rule => template["Rules"]![rule]!).Where(rule => Holds(rule["RuleCondition"]!))
            .SelectMany(rule => rule["Assertions"]!.AsArray()).Where(assertion => !Holds(assertion!["Assert"]!)).Select(assertion => assertion!["AssertDescription"]!.ToString()));

        bool Holds(JsonNode condition)
        {
            var one = new JsonObject { ["Parameters"] = template["Parameters"]!.DeepClone(), ["Conditions"] = new JsonObject { ["It"] = condition.DeepClone() } };
            return new TemplateValues(one, parameters).Text(new JsonObject { ["Fn::If"] = new JsonArray("It", "yes", "no") }) == "yes";
        }
    }

    private static string? Output(string cluster, string name) => Values(cluster).Text(Kafka["Outputs"]![name]!["Value"]);

    private static TemplateValues Values(string cluster) => new(Kafka, new Dictionary<string, string> { ["Cluster"] = cluster, ["BootstrapServers"] = Brokers, ["ClusterArn"] = Arn });
}
