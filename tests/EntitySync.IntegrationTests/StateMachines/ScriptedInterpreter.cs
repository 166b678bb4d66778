using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Replay;
using EntitySync.Local.Http;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>The interpreter of the state machine files, without the time of waits and retries, and functions that do what a test says.</summary>
public sealed class ScriptedInterpreter(LocalPartsFixture parts) : IAsyncLifetime, ILambdaInvoker
{
    private readonly StepFunctionsService _service = new("us-east-1", TimeProvider.System) { SkipsWaits = true };
    private readonly Lock _lock = new();
    private Queue<Step> _steps = new();
    private List<string> _calls = [];
    private List<ExecutionEvent> _events = [];
    private List<JsonNode?> _answers = [];
    private LocalWebServer? _server;

    /// <summary>Awaited before each answer.</summary>
    internal Func<string, Task> BeforeAnswer { get; set; } = _ => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalWebServer.StartAsync(routes => routes.MapLambdaInvoke(this));
        _service.EventHappened += happened =>
        {
            lock (_lock) _events.Add(happened);
        };
        await _service.StartAsync(parts.Run, _server.BaseAddress, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>Starts an execution that meets these steps; those of an execution before count no more.</summary>
    /// <returns>Its ARN.</returns>
    internal async Task<string> StartAsync(MachineFile file, string input, IEnumerable<Step> steps)
    {
        lock (_lock) (_steps, _calls, _events, _answers) = (new Queue<Step>(steps), [], [], []);
        var machine = _service.Register(file.Name, file.Path, file.Functions);
        return (await _service.StartExecutionAsync(machine, null, input, CancellationToken.None)).Arn;
    }

    internal Task<Execution> StopAsync(string executionArn) => _service.StopAsync(executionArn, null, null, CancellationToken.None);

    /// <returns>How it ended, the calls of functions and the events of the execution, and what the functions answered.</returns>
    internal async Task<(Execution Execution, IReadOnlyList<string> Calls, IReadOnlyList<ExecutionEvent> Events, IReadOnlyList<JsonNode?> Answers)> EndOfAsync(string executionArn)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_service.Describe(executionArn).Status == Execution.Running) await Task.Delay(TimeSpan.FromMilliseconds(2), deadline.Token);
        lock (_lock) return (_service.Describe(executionArn), [.. _calls], [.. _events.Where(happened => happened.ExecutionArn == executionArn)], [.. _answers]);
    }

    async Task<LambdaResult> ILambdaInvoker.InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Step? step;
        lock (_lock)
        {
            _calls.Add(functionName);
            if (!_steps.TryDequeue(out step) || step.Function != functionName) step = new Step(functionName, Error: "NotInTheScript");
        }

        await BeforeAnswer(functionName);
        if (step.Error is { } error) return new(Bytes(new JsonObject { ["errorType"] = error, ["errorMessage"] = "why" }), "Unhandled");
        var answer = step.Json is { } json ? JsonNode.Parse(json) : End(JsonNode.Parse(payload.Span)!["state"]!);
        lock (_lock) _answers.Add(answer);
        return new(Bytes(answer!), null);
    }

    // As the functions do: the error that was caught, in words.
    private static JsonObject End(JsonNode state) => state["error"] is not { } caught
        ? new JsonObject { ["status"] = "SUCCEEDED" }
        : new JsonObject
        {
            ["status"] = "FAILED",
            ["error"] = caught["Error"]!.ToString(),
            ["cause"] = new CaughtError(caught["Error"]!.ToString(), caught["Cause"]!.ToString()).Reason() + ", in words",
        };

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
