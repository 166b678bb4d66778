using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;
using EntitySync.Local.Http;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.Local;

/// <summary>A state machine file, its interpreter and the service's API, called with the AWS SDK.</summary>
[Trait("Category", "Integration")]
public sealed class StepFunctionsTests(LocalPartsFixture parts) : IAsyncLifetime, ILambdaInvoker
{
    private const string Definition = """
        {
          "StartAt": "Plan",
          "States": {
            "Plan": {
              "Type": "Task", "Resource": "${PlanArn}", "TimeoutSeconds": 60,
              "Parameters": { "request.$": "$", "name.$": "$$.Execution.Name", "id.$": "$$.Execution.Id", "machine.$": "$$.StateMachine.Name" },
              "Retry": [ { "ErrorEquals": ["InvalidRequestException"], "MaxAttempts": 0 },
                         { "ErrorEquals": ["TransientException", "Lambda.TooManyRequestsException"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 3, "MaxDelaySeconds": 1, "JitterStrategy": "FULL" } ],
              "Catch": [ { "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed" } ],
              "Next": "Slices"
            },
            "Slices": {
              "Type": "Map", "ItemsPath": "$.slices", "MaxConcurrency": 2,
              "ItemSelector": { "slice.$": "$$.Map.Item.Value" },
              "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Publish",
                "States": {
                  "Publish": { "Type": "Task", "Resource": "${PublishArn}", "TimeoutSeconds": 60, "Next": "More" },
                  "More": { "Type": "Choice", "Choices": [ { "Variable": "$.more", "BooleanEquals": true, "Next": "Publish" } ], "Default": "Done" },
                  "Done": { "Type": "Succeed" }
                }
              },
              "End": true
            },
            "Failed": { "Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause" }
          }
        }
        """;

    private readonly ConcurrentQueue<(string Function, JsonNode? Payload)> _calls = new();
    private readonly TaskCompletionSource _stopWaiting = new();
    private Func<string, JsonNode?, Task<LambdaResult>> _answer = (_, _) => Task.FromResult(Ok("{}"));
    private StepFunctionsService? _service;
    private LocalWebServer? _server;
    private AmazonStepFunctionsClient? _client;
    private string _machine = "";

    [Fact]
    public async Task MapOverSlices_RunsEachUntilItsChoiceSaysDone()
    {
        var published = new ConcurrentDictionary<int, int>();
        _answer = (function, payload) => Task.FromResult(function == "Plan"
            ? Ok("""{"slices":[0,1,2]}""")
            : Ok($$"""{"slice":{{payload!["slice"]}},"more":{{(published.AddOrUpdate((int)payload["slice"]!, 1, (_, pages) => pages + 1) <= (int)payload["slice"]! ? "true" : "false")}}}"""));
        var arn = await StartAsync("all-slices", """{"entity":"item"}""");
        var ended = await EndAsync(arn);
        ended.Status.ShouldBe(ExecutionStatus.SUCCEEDED, ended.Cause);
        ended.Output.ShouldBe("""[{"slice":0,"more":false},{"slice":1,"more":false},{"slice":2,"more":false}]""");
        published.OrderBy(slice => slice.Key).Select(slice => (slice.Key, slice.Value)).ShouldBe([(0, 1), (1, 2), (2, 3)]);
        JsonNode.DeepEquals(_calls.First().Payload, new JsonObject
        {
            ["request"] = new JsonObject { ["entity"] = "item" },
            ["name"] = "all-slices",
            ["id"] = arn,
            ["machine"] = "replay",
        }).ShouldBeTrue(_calls.First().Payload!.ToJsonString());
    }

    [Fact]
    public async Task TransientErrors_AreRetriedWithBackoffAndJitter()
    {
        var attempts = 0;
        _answer = (function, _) => Task.FromResult(function == "Plan" && ++attempts < 4 ? Failed("TransientException", "again") : Ok("""{"slices":[]}"""));
        var ended = await EndAsync(await StartAsync("retried", "{}"));
        (ended.Status, ended.Output, attempts).ShouldBe((ExecutionStatus.SUCCEEDED, "[]", 4));
    }

    [Fact]
    public async Task FinalError_IsNotRetriedAndEndsInTheFailStateWithItsWholeCause()
    {
        _answer = (_, _) => Task.FromResult(Failed("InvalidRequestException", "no entity 'itme'"));
        var ended = await EndAsync(await StartAsync("refused", "{}"));
        (ended.Status, ended.Error, ended.Output).ShouldBe((ExecutionStatus.FAILED, "InvalidRequestException", null));
        JsonNode.Parse(ended.Cause)!["errorMessage"]!.ToString().ShouldBe("no entity 'itme'");
        _calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task SameNameAndInputWhileRunning_IsTheSameExecution_OtherwiseItExistsAlready()
    {
        _answer = async (_, _) => { await _stopWaiting.Task; return Ok("""{"slices":[]}"""); };
        var first = await _client!.StartExecutionAsync(Request("twice", """{"a":1}"""));
        var second = await _client.StartExecutionAsync(Request("twice", """{"a":1}"""));
        (second.ExecutionArn, second.StartDate).ShouldBe((first.ExecutionArn, first.StartDate));
        await Should.ThrowAsync<ExecutionAlreadyExistsException>(() => _client.StartExecutionAsync(Request("twice", """{"a":2}""")));
        _stopWaiting.SetResult();
        (await EndAsync(first.ExecutionArn)).Status.ShouldBe(ExecutionStatus.SUCCEEDED);
        await Should.ThrowAsync<ExecutionAlreadyExistsException>(() => _client.StartExecutionAsync(Request("twice", """{"a":1}""")));
        _calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task StoppedExecution_IsAbortedAndStartsNoFurtherTask()
    {
        _answer = async (_, _) => { await _stopWaiting.Task; return Ok("""{"slices":[0,1]}"""); };
        var arn = await StartAsync("stopped", "{}");
        await EventuallyAsync(() => Task.FromResult(_calls.Count == 1));
        var stopped = await _client!.StopExecutionAsync(new StopExecutionRequest { ExecutionArn = arn, Error = "Operator", Cause = "enough" });
        _stopWaiting.SetResult();
        var ended = await EndAsync(arn);
        (ended.Status, ended.Error, ended.Cause, ended.StopDate).ShouldBe((ExecutionStatus.ABORTED, "Operator", "enough", stopped.StopDate));
        // The interpreter has one thread: when another execution has run to its end, the stopped one had its chance.
        _answer = (_, _) => Task.FromResult(Ok("""{"slices":[]}"""));
        await EndAsync(await StartAsync("after", "{}"));
        _calls.Select(call => call.Function).ShouldBe(["Plan", "Plan"]);
    }

    [Fact]
    public async Task Executions_AreListedNewestFirstInPagesAndByStatus()
    {
        _answer = (_, payload) => Task.FromResult((int?)payload?["request"]?["n"] == 1 ? Failed("InvalidRequestException", "one") : Ok("""{"slices":[]}"""));
        foreach (var n in Enumerable.Range(0, 5)) await EndAsync(await StartAsync($"n{n}", $$"""{"n":{{n}}}"""));
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await _client!.ListExecutionsAsync(new ListExecutionsRequest { StateMachineArn = _machine, MaxResults = 2, NextToken = token });
            page.Executions.Count.ShouldBeInRange(1, 2);
            names.AddRange(page.Executions.Select(execution => execution.Name));
            token = page.NextToken;
        }
        while (token is not null);
        names.ShouldBe(["n4", "n3", "n2", "n1", "n0"]);
        var failed = await _client.ListExecutionsAsync(new ListExecutionsRequest { StateMachineArn = _machine, StatusFilter = ExecutionStatus.FAILED });
        failed.Executions.Select(execution => (execution.Name, execution.Status)).ShouldBe([("n1", ExecutionStatus.FAILED)]);
        await Should.ThrowAsync<InvalidTokenException>(() => _client.ListExecutionsAsync(new ListExecutionsRequest { StateMachineArn = _machine, NextToken = "x" }));
    }

    [Fact]
    public async Task WrongRequests_GetTheServicesOwnErrors()
    {
        await Should.ThrowAsync<StateMachineDoesNotExistException>(() => _client!.StartExecutionAsync(new StartExecutionRequest { StateMachineArn = _machine + "x", Input = "{}" }));
        await Should.ThrowAsync<InvalidNameException>(() => _client!.StartExecutionAsync(Request("two words", "{}")));
        await Should.ThrowAsync<InvalidNameException>(() => _client!.StartExecutionAsync(Request(new string('n', 81), "{}")));
        await Should.ThrowAsync<InvalidExecutionInputException>(() => _client!.StartExecutionAsync(Request("input", "{")));
        await Should.ThrowAsync<InvalidExecutionInputException>(() => _client!.StartExecutionAsync(Request("large", $"\"{new string('x', 256 * 1024)}\"")));
        await Should.ThrowAsync<ExecutionDoesNotExistException>(() => _client!.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = ExecutionArn("never") }));
        await Should.ThrowAsync<ExecutionDoesNotExistException>(() => _client!.StopExecutionAsync(new StopExecutionRequest { ExecutionArn = ExecutionArn("never") }));
        _calls.ShouldBeEmpty();
    }

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(parts.Run.Folder, $"{Guid.NewGuid():N}.asl.json");
        await File.WriteAllTextAsync(file, Definition);
        _service = new StepFunctionsService("us-east-1", TimeProvider.System);
        _machine = _service.Register("replay", file, new Dictionary<string, string>
        {
            ["PlanArn"] = "arn:aws:lambda:us-east-1:000000000000:function:Plan",
            ["PublishArn"] = "arn:aws:lambda:us-east-1:000000000000:function:Publish",
        });
        _server = await LocalWebServer.StartAsync(application =>
        {
            application.MapStepFunctions(_service);
            application.MapLambdaInvoke(this);
        });
        await _service.StartAsync(parts.Run, _server.BaseAddress, CancellationToken.None);
        _client = new AmazonStepFunctionsClient(new BasicAWSCredentials("local", "local"), new AmazonStepFunctionsConfig { ServiceURL = _server.BaseAddress.ToString(), AuthenticationRegion = "us-east-1" });
    }

    public async ValueTask DisposeAsync()
    {
        _stopWaiting.TrySetResult();
        _client?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    public Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var json = JsonNode.Parse(payload.Span);
        _calls.Enqueue((functionName, json));
        return _answer(functionName, json);
    }

    private static LambdaResult Ok(string json) => new(Encoding.UTF8.GetBytes(json), null);

    private static LambdaResult Failed(string type, string message) =>
        new(Encoding.UTF8.GetBytes(new JsonObject { ["errorType"] = type, ["errorMessage"] = message, ["stackTrace"] = new JsonArray() }.ToJsonString()), "Unhandled");

    private StartExecutionRequest Request(string name, string input) => new() { StateMachineArn = _machine, Name = name, Input = input };

    private string ExecutionArn(string name) => _machine.Replace(":stateMachine:", ":execution:", StringComparison.Ordinal) + ":" + name;

    private async Task<string> StartAsync(string name, string input)
    {
        var started = await _client!.StartExecutionAsync(Request(name, input));
        started.ExecutionArn.ShouldBe(ExecutionArn(name));
        started.StartDate!.Value.ShouldBe(DateTime.UtcNow, TimeSpan.FromMinutes(1));
        return started.ExecutionArn;
    }

    private async Task<DescribeExecutionResponse> EndAsync(string arn)
    {
        DescribeExecutionResponse? described = null;
        await EventuallyAsync(async () =>
        {
            described = await _client!.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = arn });
            return described.Status != ExecutionStatus.RUNNING;
        });
        return described!;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition()) await timer.WaitForNextTickAsync(deadline.Token);
    }
}
