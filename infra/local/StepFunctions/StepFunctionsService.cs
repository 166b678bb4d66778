using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Processes;

namespace EntitySync.Local.StepFunctions;

/// <summary>
/// The part of AWS Step Functions that EntitySync uses, with the service's own rules (API reference: StartExecution, DescribeExecution,
/// ListExecutions, StopExecution). State machines come from their files; an interpreter runs them.
/// </summary>
public sealed partial class StepFunctionsService(string region, TimeProvider time) : IAsyncDisposable
{
    private const int MaximumInputBytes = 256 * 1024;
    private const int ListPageSize = 100;
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, JsonObject> _definitions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Execution> _executions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _stopping = new(StringComparer.Ordinal);
    private readonly Lock _starting = new();
    private InterpreterProcess? _interpreter;

    /// <summary>True to pass over the time of Wait states and between retries, not over what they lead to. AWS has no such thing.</summary>
    public bool SkipsWaits { get; init; }

    /// <summary>Every event of every execution, in order, on one thread at a time.</summary>
    public event Action<ExecutionEvent>? EventHappened;

    public IEnumerable<Execution> Executions => _executions.Values.OrderByDescending(execution => execution.StartDate);

    /// <param name="run">Its guard ends the interpreter with this process.</param>
    /// <param name="lambdaEndpoint">Base address of the Lambda Invoke API that tasks call.</param>
    public async Task StartAsync(RunGuard run, Uri lambdaEndpoint, CancellationToken cancellationToken) =>
        _interpreter = await InterpreterProcess.StartAsync(run, lambdaEndpoint, region, OnMessage, cancellationToken);

    /// <summary>Makes a state machine from an ASL file after replacing its <c>${Name}</c> placeholders, as a deployment does.</summary>
    /// <returns>Its ARN.</returns>
    public string Register(string name, string definitionFile, IReadOnlyDictionary<string, string> substitutions)
    {
        var text = Placeholder().Replace(File.ReadAllText(definitionFile), match =>
            substitutions.TryGetValue(match.Groups[1].Value, out var value) ? value
            : throw new InvalidDataException($"{definitionFile}: no value for {match.Value}."));
        var arn = $"arn:aws:states:{region}:000000000000:stateMachine:{name}";
        _definitions[arn] = JsonNode.Parse(text)!.AsObject();
        return arn;
    }

    public async Task<Execution> StartExecutionAsync(string stateMachineArn, string? name, string input, CancellationToken cancellationToken)
    {
        if (!_definitions.TryGetValue(stateMachineArn, out var definition))
            throw new StepFunctionsException("StateMachineDoesNotExist", $"State Machine Does Not Exist: '{stateMachineArn}'");
        name ??= Guid.NewGuid().ToString();
        if (!ExecutionName().IsMatch(name)) throw new StepFunctionsException("InvalidName", $"Invalid Name: '{name}'");
        var parsed = ParseInput(input);
        var arn = $"{stateMachineArn.Replace(":stateMachine:", ":execution:", StringComparison.Ordinal)}:{name}";
        Execution execution;
        lock (_starting)
        {
            if (_executions.TryGetValue(arn, out var present))
            {
                // Same name and input while it runs: the service answers as if it had just started.
                if (present.Status == Execution.Running && present.Input == input) return present;
                throw new StepFunctionsException("ExecutionAlreadyExists", $"Execution Already Exists: '{arn}'");
            }

            execution = new Execution { Arn = arn, StateMachineArn = stateMachineArn, Name = name, Input = input, StartDate = time.GetUtcNow() };
            _executions[arn] = execution;
        }

        await Interpreter.SendAsync(StartMessage(execution, definition, parsed), cancellationToken);
        return execution;
    }

    public Execution Describe(string executionArn) => _executions.TryGetValue(executionArn, out var execution)
        ? execution
        : throw new StepFunctionsException("ExecutionDoesNotExist", $"Execution Does Not Exist: '{executionArn}'");

    /// <returns>A page, newest first, and the token of the next one.</returns>
    public (IReadOnlyList<Execution> Page, string? NextToken) List(string stateMachineArn, string? status, int? maximum, string? token)
    {
        if (!_definitions.ContainsKey(stateMachineArn)) throw new StepFunctionsException("StateMachineDoesNotExist", $"State Machine Does Not Exist: '{stateMachineArn}'");
        var skip = 0;
        if (token is not null && !int.TryParse(token, out skip)) throw new StepFunctionsException("InvalidToken", $"Invalid Token: '{token}'");
        var size = maximum is > 0 and <= 1000 ? maximum.Value : ListPageSize;
        var found = Executions.Where(execution => execution.StateMachineArn == stateMachineArn && (status is null || execution.Status == status)).Skip(skip).Take(size + 1).ToList();
        return (found.Take(size).ToList(), found.Count > size ? (skip + size).ToString() : null);
    }

    public async Task<Execution> StopAsync(string executionArn, string? error, string? cause, CancellationToken cancellationToken)
    {
        var execution = Describe(executionArn);
        if (execution.Status != Execution.Running) return execution;
        End(executionArn, stopped => stopped with { Status = Execution.Aborted, Error = error, Cause = cause });
        // The service enters no further state once it has answered: so wait until the interpreter has let go.
        var letGo = _stopping.GetOrAdd(executionArn, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Interpreter.SendAsync(new JsonObject { ["op"] = "stop", ["executionArn"] = executionArn }, cancellationToken);
        await letGo.Task.WaitAsync(StopWithin, time, cancellationToken);
        return Describe(executionArn);
    }

    public ValueTask DisposeAsync() => _interpreter?.DisposeAsync() ?? ValueTask.CompletedTask;

    private InterpreterProcess Interpreter => _interpreter ?? throw new InvalidOperationException("StartAsync comes first.");

    private static JsonNode? ParseInput(string input)
    {
        if (Encoding.UTF8.GetByteCount(input) > MaximumInputBytes) throw new StepFunctionsException("InvalidExecutionInput", "Invalid Input: larger than 256 KiB");
        try
        {
            return JsonNode.Parse(input);
        }
        catch (JsonException exception)
        {
            throw new StepFunctionsException("InvalidExecutionInput", $"Invalid State Machine Execution Input: {exception.Message}");
        }
    }

    private JsonObject StartMessage(Execution execution, JsonObject definition, JsonNode? input) => new()
    {
        ["op"] = "start",
        ["executionArn"] = execution.Arn,
        ["definition"] = definition.DeepClone(),
        ["input"] = input,
        ["skipWaits"] = SkipsWaits,
        ["context"] = new JsonObject
        {
            ["Execution"] = new JsonObject { ["Id"] = execution.Arn, ["Name"] = execution.Name, ["StartTime"] = execution.StartDate.ToString("O") },
            ["StateMachine"] = new JsonObject { ["Id"] = execution.StateMachineArn, ["Name"] = execution.StateMachineArn[(execution.StateMachineArn.LastIndexOf(':') + 1)..] },
        },
    };

    private void OnMessage(JsonObject message)
    {
        var arn = (string)message["executionArn"]!;
        if ((string?)message["type"] == "ended")
        {
            End(arn, execution => execution with { Status = (string)message["status"]!, Output = (string?)message["output"], Error = (string?)message["error"], Cause = (string?)message["cause"] });
            if (_stopping.TryRemove(arn, out var letGo)) letGo.TrySetResult();
        }
        else
            EventHappened?.Invoke(new ExecutionEvent(arn, (string)message["event"]!, (string?)message["state"], (string?)message["error"], (string?)message["cause"]));
    }

    private void End(string arn, Func<Execution, Execution> change)
    {
        lock (_starting)
        {
            if (_executions.TryGetValue(arn, out var execution) && execution.Status == Execution.Running)
                _executions[arn] = change(execution) with { StopDate = time.GetUtcNow() };
        }
    }

    [GeneratedRegex(@"\$\{([A-Za-z0-9]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}$")]
    private static partial Regex ExecutionName();
}
