using System.Diagnostics;
using System.Text.Json.Nodes;
using EntitySync.Local.Setup;

namespace EntitySync.Local.StepFunctions;

/// <summary>The Node process that interprets state machine files: JSON lines over its standard streams. It ends when its input closes.</summary>
public sealed class InterpreterProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Queue<string> _lastErrors = new();
    private readonly Task _reading;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private InterpreterProcess(Process process, Action<JsonObject> onMessage)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        _reading = ReadAsync(onMessage);
    }

    /// <param name="lambdaEndpoint">Base address of the Lambda Invoke API that tasks call.</param>
    /// <param name="onMessage">Gets every message in order, on one thread at a time.</param>
    public static async Task<InterpreterProcess> StartAsync(Uri lambdaEndpoint, string region, Action<JsonObject> onMessage, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "node", "interpreter.mjs"), LocalSetup.StepFunctionsFolder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_ENDPOINT_URL_LAMBDA"] = lambdaEndpoint.ToString();
        start.Environment["AWS_REGION"] = region;
        start.Environment["NO_PROXY"] = "127.0.0.1,localhost";
        var interpreter = new InterpreterProcess(Process.Start(start) ?? throw new SetupException("node did not start."), onMessage);
        try
        {
            await interpreter._ready.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            return interpreter;
        }
        catch
        {
            await interpreter.DisposeAsync();
            throw;
        }
    }

    public async Task SendAsync(JsonObject message, CancellationToken cancellationToken)
    {
        var line = message.ToJsonString();
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task ReadAsync(Action<JsonObject> onMessage)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (JsonNode.Parse(line) is not JsonObject message) continue;
            if ((string?)message["type"] == "ready") _ready.TrySetResult();
            else onMessage(message);
        }

        _ready.TrySetException(new SetupException("The Step Functions interpreter ended at start: " + string.Join(Environment.NewLine, LastErrors())));
    }

    private void Remember(string? line)
    {
        if (line is null) return;
        lock (_lastErrors)
        {
            _lastErrors.Enqueue(line);
            if (_lastErrors.Count > 20) _lastErrors.Dequeue();
        }
    }

    private string[] LastErrors()
    {
        lock (_lastErrors) return [.. _lastErrors];
    }
}
