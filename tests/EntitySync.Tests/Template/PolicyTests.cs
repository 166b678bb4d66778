using System.Text.Json.Nodes;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

public sealed class PolicyTests
{
    // Calls for which IAM knows no narrower resource: log delivery of a state machine, what an event source asks EC2 about the network, which streams there are, and logging in to ECR.
    private static readonly string[] WithoutResource =
    [
        "dynamodb:ListStreams",
        "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs", "ecr:GetAuthorizationToken",
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries",
        "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
    ];

    [Fact]
    public void WildcardResource_OnlyWhereThereIsNoOther()
    {
        var wild = Statements().Where(statement => Texts(statement["Resource"]).Contains("*")).SelectMany(statement => Texts(statement["Action"]));
        wild.Distinct().Order(StringComparer.Ordinal).ShouldBe(WithoutResource);
    }

    [Fact]
    public void Action_IsNeverAPattern() => Statements().SelectMany(statement => Texts(statement["Action"])).Where(action => action.Contains('*', StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void TriggerReplay_MayStartThisStateMachineAndNothingElse()
    {
        var policies = Checkout.Template.Root["Resources"]!["TriggerReplayFunction"]!["Properties"]!["Policies"]!;
        var statement = StatementsIn(policies).ShouldHaveSingleItem();
        Texts(statement["Action"]).ShouldBe(["states:StartExecution"]);
        statement["Resource"]!.ToJsonString().ShouldBe("""{"Ref":"ReplayStateMachine"}""");
    }

    [Theory]
    [InlineData("ReconcileFunction", "dynamodb:UpdateItem on table")]
    [InlineData("PublishCompletedFunction")]
    [InlineData("SweepOverdueFunction", "dynamodb:Query on index", "dynamodb:UpdateItem on table")]
    [InlineData("ReconciliationApiFunction", "dynamodb:GetItem on table", "dynamodb:Query on index")]
    public void Reconciliations_MayBeUsedAsEachFunctionNeeds(string functionId, params string[] allowed)
    {
        var statements = StatementsIn(Checkout.Template.Root["Resources"]![functionId]!["Properties"]!["Policies"]);
        statements.SelectMany(statement => Texts(statement["Action"]).Where(action => action.StartsWith("dynamodb:", StringComparison.Ordinal)).Select(action => $"{action} on {Resource(statement)}")).ShouldBe(allowed);

        static string Resource(JsonObject statement) => statement["Resource"]!.ToJsonString() switch
        {
            """{"Fn::GetAtt":"ReconciliationsTable.Arn"}""" => "table",
            """{"Fn::Sub":"${ReconciliationsTable.Arn}/index/byStatus"}""" => "index",
            var other => other,
        };
    }

    [Theory]
    [InlineData("ProjectReadModelFunction", "GetItem, PutItem on registry", "BatchGetItem, PutItem on versions", "CreateTable, DescribeTable, DescribeTimeToLive, UpdateTimeToLive on versions")]
    [InlineData("ReadModelApiFunction", "GetItem, Query on registry", "BatchGetItem, Scan on versions", "Query on indexes")]
    [InlineData("PlanRebuildFunction", "GetItem, PutItem, UpdateItem, Query, DeleteItem on registry", "CreateTable, DescribeTable, DescribeTimeToLive, UpdateTimeToLive, DeleteTable on versions")]
    [InlineData("FillReadModelFunction", "GetItem, PutItem, UpdateItem, Query on registry", "BatchGetItem, PutItem on versions")]
    [InlineData("FinishRebuildFunction", "GetItem, PutItem, Query, DeleteItem on registry", "DescribeTable, DeleteTable on versions")]
    [InlineData("FeedFunction", "Query, PutItem on feeds")]
    public void ReadModelsAndFeeds_MayBeUsedAsEachFunctionNeeds(string functionId, params string[] allowed)
    {
        const string Versions = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TablePrefix}read-model-*";
        var statements = StatementsIn(Checkout.Template.Root["Resources"]![functionId]!["Properties"]!["Policies"]).Where(statement => Texts(statement["Action"]).Any(IsOfDynamoDb));
        statements.Select(statement => $"{string.Join(", ", Texts(statement["Action"]).Select(action => action["dynamodb:".Length..]))} on {Resource(statement)}").ShouldBe(allowed);

        static bool IsOfDynamoDb(string action) => action.StartsWith("dynamodb:", StringComparison.Ordinal);

        static string Resource(JsonObject statement) => statement["Resource"]!.ToJsonString() switch
        {
            """{"Fn::GetAtt":"ReadModelsTable.Arn"}""" => "registry",
            """{"Fn::GetAtt":"FeedsTable.Arn"}""" => "feeds",
            "{\"Fn::Sub\":\"" + Versions + "\"}" => "versions",
            "{\"Fn::Sub\":\"" + Versions + "/index/*\"}" => "indexes",
            var other => other,
        };
    }

    private static IEnumerable<JsonObject> Statements() => Checkout.Template.Roots.SelectMany(root => StatementsIn(root["Resources"]!));

    private static IEnumerable<JsonObject> StatementsIn(JsonNode? node) => node switch
    {
        JsonObject map when map.ContainsKey("Effect") => [map],
        JsonObject map => map.SelectMany(property => StatementsIn(property.Value)),
        JsonArray list => list.SelectMany(StatementsIn),
        _ => [],
    };

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Texts),
        JsonValue value => [value.ToString()],
        _ => [],
    };
}
