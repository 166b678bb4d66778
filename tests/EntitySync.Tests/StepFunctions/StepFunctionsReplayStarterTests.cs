using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.StepFunctions;
using EntitySync.Adapters;
using EntitySync.Adapters.StepFunctions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.Replay;
using EntitySync.Tests.DynamoDb;

namespace EntitySync.Tests.StepFunctions;

public sealed class StepFunctionsReplayStarterTests
{
    private const string Arn = "arn:aws:states:eu-west-1:1:stateMachine:replay";

    private static readonly ReplayRequest Request = new() { Entity = "item", ReplayId = "item-1", Causes = [new ReplayCause("delivery-classes", "express", 5, "00ff")] };

    [Fact]
    public async Task Start_SendsNameAndInput()
    {
        var stub = new HttpStub((_, _) => HttpStub.Ok(new JsonObject { ["executionArn"] = Arn + ":item-1", ["startDate"] = 1 }));
        (await Starter(stub).StartAsync("item-1", Request, CancellationToken.None)).ShouldBe(ReplayStart.Started);
        var (operation, body) = stub.Requests.ShouldHaveSingleItem();
        operation.ShouldBe("StartExecution");
        ((string?)body["stateMachineArn"]).ShouldBe(Arn);
        ((string?)body["name"]).ShouldBe("item-1");
        ((string?)body["input"]).ShouldBe("""{"entity":"item","replayId":"item-1","causes":[{"table":"delivery-classes","key":"express","version":5,"fingerprint":"00ff"}]}""");
    }

    [Fact]
    public async Task AlreadyExists_IsAValue() =>
        (await Starter(new HttpStub((_, _) => HttpStub.Error("ExecutionAlreadyExists"))).StartAsync("item-1", Request, CancellationToken.None)).ShouldBe(ReplayStart.AlreadyExists);

    [Theory]
    [InlineData("ThrottlingException", 400)]
    [InlineData("ExecutionLimitExceeded", 400)]
    [InlineData("InternalError", 500)]
    [InlineData("ServiceUnavailable", 503)]
    public async Task ForNow_IsTransient(string code, int status)
    {
        var starter = Starter(new HttpStub((_, _) => HttpStub.Error(code, status)));
        (await Should.ThrowAsync<TransientException>(() => starter.StartAsync("item-1", Request, CancellationToken.None))).Message.ShouldContain($"StartExecution on '{Arn}'");
    }

    [Theory]
    [InlineData("StateMachineDoesNotExist")]
    [InlineData("InvalidName")]
    [InlineData("AccessDeniedException")]
    public async Task ForGood_IsInvalid(string code)
    {
        var starter = Starter(new HttpStub((_, _) => HttpStub.Error(code)));
        (await Should.ThrowAsync<InvalidRequestException>(() => starter.StartAsync("item-1", Request, CancellationToken.None))).Message.ShouldContain(code);
    }

    [Fact]
    public async Task Unreachable_IsTransient()
    {
        var starter = Starter(new HttpStub((_, _) => throw new HttpRequestException("connection refused")));
        await Should.ThrowAsync<TransientException>(() => starter.StartAsync("item-1", Request, CancellationToken.None));
    }

    private static StepFunctionsReplayStarter Starter(HttpStub stub)
    {
        var config = new AmazonStepFunctionsConfig { ServiceURL = "http://stub.invalid", AuthenticationRegion = "eu-west-1", HttpClientFactory = stub, MaxErrorRetry = 1 };
        return new StepFunctionsReplayStarter(new AmazonStepFunctionsClient(new BasicAWSCredentials("local", "local"), config), new EntitySyncSettings { ReplayStateMachineArn = Arn });
    }
}
