using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;

namespace EntitySync.Tests.DynamoDb;

/// <summary>States of a table that an emulator never shows.</summary>
public sealed class DynamoDbReadModelTablesTests
{
    private static readonly ReadModelVersionId Version = new("orders", 2);

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task NewTable_IsAskedForUntilItIsActive_ThenItForgetsByTime()
    {
        string[] states = ["none", "CREATING", "CREATING", "ACTIVE"];
        var asked = 0;
        var stub = new HttpStub((operation, _) => operation switch
        {
            "DescribeTable" => states[asked++] is var state && state == "none" ? HttpStub.Error("ResourceNotFoundException") : Described(state),
            "DescribeTimeToLive" => HttpStub.Ok(new JsonObject { ["TimeToLiveDescription"] = new JsonObject { ["TimeToLiveStatus"] = "DISABLED" } }),
            _ => HttpStub.Ok(new JsonObject()),
        });
        var tables = Tables(stub);
        (await tables.EnsureAsync(Version, [], None)).ShouldBeFalse();
        (await tables.EnsureAsync(Version, [], None)).ShouldBeFalse();
        (await tables.EnsureAsync(Version, [], None)).ShouldBeTrue();
        stub.Requests.Select(request => request.Operation).ShouldBe(
            ["DescribeTable", "CreateTable", "DescribeTable", "DescribeTable", "DescribeTable", "DescribeTimeToLive", "UpdateTimeToLive"]);
        var made = stub.Requests[1].Body;
        ((string?)made["BillingMode"], (bool?)made["SSESpecification"]!["Enabled"], (string?)made["TableName"]).ShouldBe(("PAY_PER_REQUEST", true, "prod-read-model-orders-v2"));
    }

    [Fact]
    public async Task AnotherOneMadeIt_IsAsGood()
    {
        var described = 0;
        var stub = new HttpStub((operation, _) => operation switch
        {
            "DescribeTable" => described++ == 0 ? HttpStub.Error("ResourceNotFoundException") : Described("ACTIVE"),
            "CreateTable" => HttpStub.Error("ResourceInUseException"),
            _ => HttpStub.Ok(new JsonObject { ["TimeToLiveDescription"] = new JsonObject { ["TimeToLiveStatus"] = "ENABLED" } }),
        });
        (await Tables(stub).EnsureAsync(Version, [], None)).ShouldBeTrue();
        stub.Requests.Select(request => request.Operation).ShouldBe(["DescribeTable", "CreateTable", "DescribeTable", "DescribeTimeToLive"]);
    }

    [Fact]
    public async Task TableBeingRemoved_IsWaitedFor()
    {
        var stub = new HttpStub((_, _) => Described("DELETING"));
        (await Tables(stub).EnsureAsync(Version, [], None)).ShouldBeFalse();
        stub.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("DELETING", false)]
    [InlineData("CREATING", true)]
    public async Task TableInUse_CannotBeRemovedNow(string state, bool isTransient)
    {
        var stub = new HttpStub((operation, _) => operation == "DeleteTable" ? HttpStub.Error("ResourceInUseException") : Described(state));
        var removing = Tables(stub).DeleteAsync(Version, None);
        if (isTransient) await Should.ThrowAsync<TransientException>(() => removing);
        else await removing;
    }

    [Fact]
    public async Task TooManyTablesAtOnce_IsTransient_AndNoPermissionIsNot()
    {
        await Should.ThrowAsync<TransientException>(() => Tables(Failing("LimitExceededException")).EnsureAsync(Version, [], None));
        (await Should.ThrowAsync<InvalidRequestException>(() => Tables(Failing("AccessDeniedException")).EnsureAsync(Version, [], None))).Message.ShouldContain("prod-read-model-orders-v2");

        static HttpStub Failing(string error) => new((operation, _) => HttpStub.Error(operation == "DescribeTable" ? "ResourceNotFoundException" : error));
    }

    private static (System.Net.HttpStatusCode Status, string Body) Described(string state) =>
        HttpStub.Ok(new JsonObject { ["Table"] = new JsonObject { ["TableName"] = "prod-read-model-orders-v2", ["TableStatus"] = state } });

    private static DynamoDbReadModelTables Tables(HttpStub stub)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = "http://stub.invalid", AuthenticationRegion = "eu-west-1", HttpClientFactory = stub, MaxErrorRetry = 0 };
        return new DynamoDbReadModelTables(new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config), "prod-read-model-");
    }
}
