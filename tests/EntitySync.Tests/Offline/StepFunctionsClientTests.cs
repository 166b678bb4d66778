using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;
using Answer = EntitySync.Tests.Offline.StatesEndpoint.Answer;

namespace EntitySync.Tests.Offline;

/// <summary>What our code needs of AWSSDK.StepFunctions, over real HTTP; holds for the stand-in and for the real package.</summary>
public sealed class StepFunctionsClientTests
{
    private const string Machine = "arn:aws:states:eu-central-1:000000000000:stateMachine:replay";
    private const string Execution = "arn:aws:states:eu-central-1:000000000000:execution:replay:r1";

    [Fact]
    public async Task StartExecution_SendsASignedJsonCall()
    {
        await using var endpoint = await StatesEndpoint.StartAsync(new Answer(200, $$"""{"executionArn":"{{Execution}}","startDate":1767225600.25}"""));
        using var client = endpoint.NewClient();

        var response = await client.StartExecutionAsync(new StartExecutionRequest { StateMachineArn = Machine, Name = "r1", Input = """{"entity":"é"}""" }, Cancel);

        response.ExecutionArn.ShouldBe(Execution);
        response.StartDate?.ToUniversalTime().ShouldBe(new DateTime(2026, 1, 1, 0, 0, 0, 250, DateTimeKind.Utc));
        response.HttpStatusCode.ShouldBe(HttpStatusCode.OK);
        var call = endpoint.Calls.ShouldHaveSingleItem();
        call.Method.ShouldBe("POST");
        call.Path.ShouldBe("/");
        call.Headers["x-amz-target"].ShouldBe("AWSStepFunctions.StartExecution");
        call.Headers["content-type"].ShouldBe("application/x-amz-json-1.0");
        Json(call).ShouldBe(new Dictionary<string, string> { ["stateMachineArn"] = Machine, ["name"] = "r1", ["input"] = """{"entity":"é"}""" }, ignoreOrder: true);
        call.Headers["authorization"].ShouldBe(SignatureV4.Authorization(call, StatesEndpoint.AccessKey, StatesEndpoint.SecretKey, StatesEndpoint.Region, "states"));
    }

    [Fact]
    public async Task DescribeExecution_ReadsEveryMember()
    {
        await using var endpoint = await StatesEndpoint.StartAsync(new Answer(200, $$$"""
            {"executionArn":"{{{Execution}}}","stateMachineArn":"{{{Machine}}}","name":"r1","status":"FAILED","startDate":1767225600,"stopDate":1767225660,
             "input":"{}","inputDetails":{"included":true},"output":"[]","outputDetails":{"included":false},"error":"E","cause":"C","traceHeader":"T",
             "redriveCount":2,"redriveDate":1767225630,"redriveStatus":"REDRIVABLE","redriveStatusReason":"R"}
            """));
        using var client = endpoint.NewClient();

        var found = await client.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = Execution, IncludedData = IncludedData.ALL_DATA }, Cancel);

        Json(endpoint.Calls.Single()).ShouldBe(new Dictionary<string, string> { ["executionArn"] = Execution, ["includedData"] = "ALL_DATA" }, ignoreOrder: true);
        (found.ExecutionArn, found.StateMachineArn, found.Name, found.TraceHeader).ShouldBe((Execution, Machine, "r1", "T"));
        (found.Input, found.Output, found.Error, found.Cause).ShouldBe(("{}", "[]", "E", "C"));
        (found.InputDetails.Included, found.OutputDetails.Included).ShouldBe((true, false));
        found.Status.ShouldBe(ExecutionStatus.FAILED);
        (found.StopDate - found.StartDate).ShouldBe(TimeSpan.FromMinutes(1));
        (found.RedriveDate - found.StartDate).ShouldBe(TimeSpan.FromSeconds(30));
        (found.RedriveCount, found.RedriveStatusReason).ShouldBe((2, "R"));
        found.RedriveStatus.ShouldBe(ExecutionRedriveStatus.REDRIVABLE);
    }

    [Fact]
    public async Task AbsentMembers_AreNull()
    {
        await using var endpoint = await StatesEndpoint.StartAsync(new Answer(200, "{}"));
        using var client = endpoint.NewClient();

        var found = await client.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = Execution }, Cancel);
        var list = await client.ListExecutionsAsync(new ListExecutionsRequest { StateMachineArn = Machine }, Cancel);
        var stopped = await client.StopExecutionAsync(new StopExecutionRequest { ExecutionArn = Execution }, Cancel);

        new object?[] { found.Status, found.StartDate, found.StopDate, found.Output, found.RedriveCount, found.RedriveDate, found.InputDetails, list.Executions, list.NextToken, stopped.StopDate }
            .ShouldAllBe(member => member == null);
    }

    [Fact]
    public async Task ListExecutions_PagesAndFilters()
    {
        await using var endpoint = await StatesEndpoint.StartAsync(
            new Answer(200, $$"""{"executions":[{"executionArn":"{{Execution}}","stateMachineArn":"{{Machine}}","name":"r1","status":"RUNNING","startDate":1767225600,"itemCount":3}],"nextToken":"t2"}"""),
            new Answer(200, """{"executions":[]}"""));
        using var client = endpoint.NewClient();
        var request = new ListExecutionsRequest { StateMachineArn = Machine, StatusFilter = ExecutionStatus.RUNNING, MaxResults = 1, RedriveFilter = ExecutionRedriveFilter.NOT_REDRIVEN };

        var first = await client.ListExecutionsAsync(request, Cancel);
        request.NextToken = first.NextToken;
        var second = await client.ListExecutionsAsync(request, Cancel);

        first.Executions.Select(one => (one.ExecutionArn, one.Name, one.Status.Value, one.ItemCount, one.StopDate)).ShouldBe([(Execution, "r1", "RUNNING", (int?)3, null)]);
        second.Executions.ShouldBeEmpty();
        second.NextToken.ShouldBeNull();
        endpoint.Calls.Select(call => call.Headers["x-amz-target"]).ShouldBe(["AWSStepFunctions.ListExecutions", "AWSStepFunctions.ListExecutions"]);
        Json(endpoint.Calls.Last()).ShouldBe(
            new Dictionary<string, string> { ["stateMachineArn"] = Machine, ["statusFilter"] = "RUNNING", ["maxResults"] = "1", ["redriveFilter"] = "NOT_REDRIVEN", ["nextToken"] = "t2" },
            ignoreOrder: true);
    }

    [Fact]
    public async Task StopAndRedrive_SendTheirFields()
    {
        await using var endpoint = await StatesEndpoint.StartAsync(new Answer(200, """{"stopDate":1767225600,"redriveDate":1767225600}"""));
        using var client = endpoint.NewClient();

        var stopped = await client.StopExecutionAsync(new StopExecutionRequest { ExecutionArn = Execution, Error = "E", Cause = "C" }, Cancel);
        var redriven = await client.RedriveExecutionAsync(new RedriveExecutionRequest { ExecutionArn = Execution, ClientToken = "once" }, Cancel);

        stopped.StopDate.ShouldNotBeNull().ShouldBe(redriven.RedriveDate.ShouldNotBeNull());
        endpoint.Calls.Select(call => call.Headers["x-amz-target"]).ShouldBe(["AWSStepFunctions.StopExecution", "AWSStepFunctions.RedriveExecution"]);
        Json(endpoint.Calls.First()).ShouldBe(new Dictionary<string, string> { ["executionArn"] = Execution, ["error"] = "E", ["cause"] = "C" }, ignoreOrder: true);
        Json(endpoint.Calls.Last()).ShouldBe(new Dictionary<string, string> { ["executionArn"] = Execution, ["clientToken"] = "once" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("ExecutionAlreadyExists", typeof(ExecutionAlreadyExistsException))]
    [InlineData("com.amazonaws.states#ExecutionAlreadyExists", typeof(ExecutionAlreadyExistsException))]
    [InlineData("ExecutionLimitExceeded", typeof(ExecutionLimitExceededException))]
    [InlineData("InvalidName", typeof(InvalidNameException))]
    [InlineData("StateMachineDoesNotExist", typeof(StateMachineDoesNotExistException))]
    [InlineData("ValidationException", typeof(ValidationException))]
    [InlineData("SomethingNew", typeof(AmazonStepFunctionsException))]
    public async Task Refusal_BecomesItsException(string type, Type expected)
    {
        await using var endpoint = await StatesEndpoint.StartAsync(new Answer(400, $$"""{"__type":"{{type}}","message":"Said so"}"""));
        using var client = endpoint.NewClient();

        var thrown = await Should.ThrowAsync<AmazonStepFunctionsException>(() => client.StartExecutionAsync(new StartExecutionRequest { StateMachineArn = Machine }, Cancel));

        thrown.GetType().ShouldBe(expected);
        (thrown.Message, thrown.ErrorCode, thrown.StatusCode, thrown.RequestId, thrown.ErrorType)
            .ShouldBe(("Said so", type[(type.IndexOf('#') + 1)..], HttpStatusCode.BadRequest, "request-1", ErrorType.Sender));
        endpoint.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(500, "not JSON")]
    [InlineData(400, """{"__type":"ThrottlingException","message":"Slow down"}""")]
    public async Task PassingFault_IsTriedAgain(int status, string body)
    {
        await using var endpoint = await StatesEndpoint.StartAsync(new Answer(status, body), new Answer(200, $$"""{"executionArn":"{{Execution}}"}"""));
        using var client = endpoint.NewClient();

        var response = await client.StartExecutionAsync(new StartExecutionRequest { StateMachineArn = Machine, Name = "r1" }, Cancel);

        response.ExecutionArn.ShouldBe(Execution);
        endpoint.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public void WithoutServiceUrl_TheRegionGivesTheEndpoint()
    {
        var config = new AmazonStepFunctionsConfig { RegionEndpoint = RegionEndpoint.EUCentral1 };

        var endpoint = config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(new StartExecutionRequest { StateMachineArn = Machine }));

        endpoint.URL.TrimEnd('/').ShouldBe("https://states.eu-central-1.amazonaws.com");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Json(StatesEndpoint.ReceivedCall call) =>
        System.Text.Json.JsonDocument.Parse(call.Body).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString());
}
