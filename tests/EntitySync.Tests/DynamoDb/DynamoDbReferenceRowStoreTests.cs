using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;

namespace EntitySync.Tests.DynamoDb;

public sealed class DynamoDbReferenceRowStoreTests
{
    private static readonly ReferenceTable Table = new("delivery-classes", "name");

    [Theory]
    [InlineData(null, false, "attribute_not_exists(#key)", null)]
    [InlineData(null, true, "attribute_exists(#key) AND attribute_not_exists(#version)", null)]
    [InlineData("N5", true, "#version = :old", """{"N":"5"}""")]
    [InlineData("Sfive", true, "#version = :old", """{"S":"five"}""")]
    public async Task Put_SendsTheWholeRow_IfItIsStillAsItWasRead(string? raw, bool isThere, string condition, string? old)
    {
        var stub = new HttpStub((_, _) => HttpStub.Ok(new JsonObject()));
        var result = await Store(stub).PutAsync(Table, "express", """{"minimumTime":1}"""u8.ToArray(), 7, isThere ? new RowMark(0, raw) : null, CancellationToken.None);
        result.ShouldBe(new StoreResult(StoreOutcome.Done));
        var (operation, body) = stub.Requests.ShouldHaveSingleItem();
        (operation, (string?)body["TableName"], (string?)body["ConditionExpression"]).ShouldBe(("PutItem", "prod-delivery-classes", condition));
        JsonNode.DeepEquals(body["Item"], JsonNode.Parse("""{"name":{"S":"express"},"minimumTime":{"N":"1"},"_version":{"N":"7"}}""")).ShouldBeTrue();
        body["ExpressionAttributeValues"]?[":old"]?.ToJsonString().ShouldBe(old);
    }

    [Theory]
    [InlineData("ConditionalCheckFailedException", StoreOutcome.Raced, null)]
    [InlineData("ValidationException", StoreOutcome.Refused, "DynamoDB refuses the row: because")]
    public async Task Refusals_AreValues(string error, StoreOutcome outcome, string? reason)
    {
        var store = Store(new HttpStub((_, _) => HttpStub.Error(error)));
        (await store.PutAsync(Table, "express", "{}"u8.ToArray(), 7, null, CancellationToken.None)).ShouldBe(new StoreResult(outcome, reason));
    }

    [Fact]
    public async Task RowOver400KB_IsRefusedWithoutARequest()
    {
        var stub = new HttpStub((_, _) => HttpStub.Ok(new JsonObject()));
        var json = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 400 * 1024 - 40)}}"}""");
        (await Store(stub).PutAsync(Table, "express", json, 7, null, CancellationToken.None)).Outcome.ShouldBe(StoreOutcome.Done);
        json = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 400 * 1024)}}"}""");
        (await Store(stub).PutAsync(Table, "express", json, 7, null, CancellationToken.None))
            .ShouldBe(new StoreResult(StoreOutcome.Refused, "The row takes 409625 bytes in DynamoDB; an item may have 409600."));
        stub.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task VersionOfAnotherType_IsNamed()
    {
        var item = JsonNode.Parse("""{"Item":{"name":{"S":"express"},"_version":{"BOOL":true}}}""")!;
        var store = Store(new HttpStub((_, _) => HttpStub.Ok(item)));
        (await Should.ThrowAsync<InvalidRequestException>(() => store.ReadMarkAsync(Table, "express", CancellationToken.None))).Message
            .ShouldBe("Row 'express' of 'delivery-classes' has a _version that is neither a number nor text; remove that attribute from the row.");
        (await store.ReadAsync(Table, "express", CancellationToken.None))!.Version.ShouldBe(0);
    }

    [Fact]
    public async Task Reads_AreStronglyConsistent_AndTellNoRowFromARowWithoutVersion()
    {
        var stub = new HttpStub((_, body) => HttpStub.Ok((string?)body["Key"]!["name"]!["S"] == "there" ? JsonNode.Parse("""{"Item":{"name":{"S":"there"}}}""")! : new JsonObject()));
        (await Store(stub).ReadMarkAsync(Table, "there", CancellationToken.None)).ShouldBe(new RowMark(0, null));
        (await Store(stub).ReadMarkAsync(Table, "absent", CancellationToken.None)).ShouldBeNull();
        (await Store(stub).ReadAsync(Table, "absent", CancellationToken.None)).ShouldBeNull();
        stub.Requests.ShouldAllBe(request => request.Operation == "GetItem" && (bool)request.Body["ConsistentRead"]!);
    }

    [Fact]
    public async Task ServiceBroken_IsTransient()
    {
        var store = Store(new HttpStub((_, _) => ((HttpStatusCode)503, "<html>busy</html>")));
        (await Should.ThrowAsync<TransientException>(() => store.ReadAsync(Table, "express", CancellationToken.None))).Message.ShouldStartWith("DynamoDB GetItem on table 'prod-delivery-classes'");
    }

    private static DynamoDbReferenceRowStore Store(HttpStub stub)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = "http://stub.invalid", AuthenticationRegion = "eu-west-1", HttpClientFactory = stub, MaxErrorRetry = 1 };
        return new DynamoDbReferenceRowStore(new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config), new EntitySyncSettings { ReferenceTablePrefix = "prod-" });
    }
}
