using System.Text.Json.Nodes;
using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.Local.StepFunctions;

/// <summary>The Node process that interprets state machine files: JSON lines over its standard streams. It ends when its input closes.</summary>
public sealed class InterpreterProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _child;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _reading;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private InterpreterProcess(ChildProcess child, Action<JsonObject> onMessage)
    {
        _child = child;
        _reading = ReadAsync(onMessage);
    }

    /// <summary>Completes when the interpreter has ended, asked or not.</summary>
    public Task<ChildDeath> Ended => _child.Ended;

    /// <param name="run">Its guard ends the interpreter with this process.</param>
    /// <param name="lambdaEndpoint">Base address of the Lambda Invoke API that tasks call.</param>
    /// <param name="onMessage">Gets every message in order, on one thread at a time.</param>
    public static async Task<InterpreterProcess> StartAsync(RunGuard run, Uri lambdaEndpoint, string region, Action<JsonObject> onMessage, CancellationToken cancellationToken)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "node", "interpreter.mjs");
        var command = new ChildCommand("The Step Functions interpreter", LocalSetup.Node, [script, LocalSetup.StepFunctionsFolder], Pipes: true)
        {
            Environment = new Dictionary<string, string?>
            {
                ["AWS_ENDPOINT_URL_LAMBDA"] = lambdaEndpoint.ToString(),
                ["AWS_REGION"] = region,
                ["NODE_OPTIONS"] = null,
            },
        };
        var interpreter = new InterpreterProcess(ChildProcess.Start(run, command), onMessage);
        try
        {
            await interpreter._ready.Task.WaitAsync(ReadyWithin, cancellationToken);
            return interpreter;
        }
        catch
        {
            await interpreter.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="IOException">The interpreter has ended.</exception>
    public async Task SendAsync(JsonObject message, CancellationToken cancellationToken)
    {
        var line = message.ToJsonString();
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // Not cancelled half-way: a part of a line would spoil the next one.
            await _child.StandardInput.WriteLineAsync(line);
            await _child.StandardInput.FlushAsync(CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        await _reading;
        _writing.Dispose();
    }

    private async Task ReadAsync(Action<JsonObject> onMessage)
    {
        while (await _child.StandardOutput.ReadLineAsync() is { } line)
        {
            if (JsonNode.Parse(line) is not JsonObject message) continue;
            if ((string?)message["type"] == "ready") _ready.TrySetResult();
            else onMessage(message);
        }

        if (!_ready.Task.IsCompleted) _ready.TrySetException(new SetupException((await _child.Ended).ToString()));
    }
}
