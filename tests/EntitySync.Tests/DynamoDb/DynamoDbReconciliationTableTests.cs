using System.Net;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using static EntitySync.Testing.SampleReconciliationCalls;

namespace EntitySync.Tests.DynamoDb;

/// <summary>What goes over the wire; what the conditions mean is tested against DynamoDB Local.</summary>
public sealed class DynamoDbReconciliationTableTests
{
    private const string HeldItem =
        """
        {"entityId":{"S":"order-shipping/o/1"},"status":{"S":"complete"},"version":{"N":"7"},"since":{"N":"1767225600.5"},"expiresAt":{"NULL":true},
         "a/p-1":{"M":{"at":{"S":"products-manufactured-2@9"},"timestamp":{"N":"1767225601"},"fields":{"B":"e30="},"amount":{"S":"1.50"}}}}
        """;

    [Fact]
    public async Task RefusedWrite_BringsTheItemInItsAnswer()
    {
        var stub = new HttpStub((_, _) => Refused(JsonNode.Parse(HeldItem)));
        var result = await Table(stub).TransitionAsync(Transition("o/1", ReconciliationStatus.Open, ReconciliationStatus.Complete, 6, Start), CancellationToken.None);

        Describe(result).ShouldBe(
            "refused: order-shipping/o/1 Complete v7 since 2026-01-01T00:00:00.5000000Z expected - - - due - overdue - complete - expires - next 9999-12-31T23:59:59.9999999Z [p-1 products-manufactured-2@9 2026-01-01T00:00:01.0000000Z {} 1.50]");
        stub.Requests.Select(request => request.Operation).ShouldBe(["UpdateItem"], "nothing is read");
        var body = stub.Requests[0].Body;
        ((string?)body["ReturnValues"], (string?)body["ReturnValuesOnConditionCheckFailure"]).ShouldBe(("ALL_NEW", "ALL_OLD"));
    }

    [Fact]
    public async Task RefusedWithoutItem_ThereIsNone_AndOnlyAnEmulatorIsAskedAgain()
    {
        var stub = new HttpStub((operation, _) => operation == "GetItem" ? HttpStub.Ok(new JsonObject { ["Item"] = JsonNode.Parse(HeldItem) }) : Refused(null));
        var transition = Transition("o/1", ReconciliationStatus.Open, ReconciliationStatus.Complete, 6, Start);

        Describe(await Table(stub).TransitionAsync(transition, CancellationToken.None)).ShouldBe("refused: none");
        stub.Requests.Select(request => request.Operation).ShouldBe(["UpdateItem"]);
        (await Table(stub, readsRefused: true).TransitionAsync(transition, CancellationToken.None)).State!.Version.ShouldBe(7);
        stub.Requests.Select(request => request.Operation).ShouldBe(["UpdateItem", "UpdateItem", "GetItem"]);
        ((bool?)stub.Requests[2].Body["ConsistentRead"]).ShouldBe(true);
    }

    [Fact]
    public async Task Expression_NamesNothingOfTheMessages()
    {
        var stub = new HttpStub((_, _) => HttpStub.Ok(new JsonObject { ["Attributes"] = JsonNode.Parse(HeldItem) }));
        await Table(stub).UpdateAsync(Update("o/1", Open(3, "{}", due: Start), Start, Piece("p-1, SET #0=:0")), CancellationToken.None);

        var body = stub.Requests.ShouldHaveSingleItem().Body;
        body["UpdateExpression"]!.ToString().ShouldMatch("^SET #0=if_not_exists\\(#0,:0\\),[#:0-9a-z_(),=+]* REMOVE #[0-9]+$");
        body["ExpressionAttributeNames"]!["#0"]!.ToString().ShouldBe("a/p-1, SET #0=:0");
        body["Key"]!.ToJsonString().ShouldBe("""{"entityId":{"S":"order-shipping/o/1"}}""");
    }

    [Theory]
    [InlineData("TransactionConflictException")]
    [InlineData("ThrottlingException")]
    [InlineData("InternalServerError")]
    public async Task FailureForNow_IsTransient(string error) =>
        await Should.ThrowAsync<TransientException>(() => Table(new HttpStub((_, _) => HttpStub.Error(error))).UpdateAsync(Update("o-1", null, Start), CancellationToken.None));

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("ValidationException")]
    public async Task RefusalForGood_IsInvalid(string error) =>
        await Should.ThrowAsync<InvalidRequestException>(() => Table(new HttpStub((_, _) => HttpStub.Error(error))).UpdateAsync(Update("o-1", null, Start), CancellationToken.None));

    [Fact]
    public async Task TransitionThatNobodyMakes_IsAProgrammingError() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Table(new HttpStub((_, _) => Refused(null))).TransitionAsync(Transition("o-1", ReconciliationStatus.Complete, ReconciliationStatus.Open, 1, Start), CancellationToken.None));

    private static (HttpStatusCode Status, string Body) Refused(JsonNode? item)
    {
        var answer = new JsonObject { ["__type"] = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", ["message"] = "The conditional request failed" };
        if (item is not null) answer["Item"] = item;
        return (HttpStatusCode.BadRequest, answer.ToJsonString());
    }

    private static DynamoDbReconciliationTable Table(HttpStub stub, bool readsRefused = false)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", AuthenticationRegion = "us-east-1", HttpClientFactory = stub, MaxErrorRetry = 0 };
        return new DynamoDbReconciliationTable(new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config), "reconciliations", readsRefused);
    }
}
