using System.Text.Json.Nodes;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

public sealed class PolicyTests
{
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
    [InlineData("PublishCompletedFunction", "dynamodb:DescribeStream on stream", "dynamodb:GetRecords on stream", "dynamodb:GetShardIterator on stream", "dynamodb:ListStreams on *")]
    [InlineData("SweepOverdueFunction", "dynamodb:Query on index", "dynamodb:UpdateItem on table")]
    [InlineData("ReconciliationApiFunction", "dynamodb:GetItem on table", "dynamodb:Query on index")]
    public void Reconciliations_MayBeUsedAsEachFunctionNeeds(string functionId, params string[] allowed)
    {
        var statements = StatementsIn(Checkout.Template.Root["Resources"]![functionId]!["Properties"]!["Policies"]);
        statements.SelectMany(statement => Texts(statement["Action"]).Where(action => action.StartsWith("dynamodb:", StringComparison.Ordinal)).Select(action => $"{action} on {Resource(statement)}")).ShouldBe(allowed);

        static string Resource(JsonObject statement) => statement["Resource"]!.ToJsonString() switch
        {
            """{"Fn::GetAtt":"ReconciliationsTable.Arn"}""" => "table",
            """{"Fn::GetAtt":"ReconciliationsTable.StreamArn"}""" => "stream",
            "\"*\"" => "*",
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
