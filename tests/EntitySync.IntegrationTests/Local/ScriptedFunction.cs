using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.Local;

/// <summary>A function that a test writes; it sees the event and the number of the invocation, from 1.</summary>
internal sealed class ScriptedFunction(Func<JsonNode, int, LambdaResult> answer) : ILambdaInvoker
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<JsonNode> _events = [];

    public static LambdaResult Done { get; } = Answer("null");

    public IReadOnlyList<JsonNode> Events
    {
        get
        {
            lock (_lock) return [.. _events];
        }
    }

    public static LambdaResult Answer(string json) => new(Encoding.UTF8.GetBytes(json), null);

    public static LambdaResult Error(string message) => new(Encoding.UTF8.GetBytes($$"""{"errorType":"InvalidOperationException","errorMessage":"{{message}}"}"""), "Unhandled");

    public Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var received = JsonNode.Parse(payload.Span)!;
            _events.Add(received);
            return Task.FromResult(answer(received, _events.Count));
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var end = TimeProvider.System.GetUtcNow() + Deadline;
        while (!condition())
        {
            if (TimeProvider.System.GetUtcNow() > end) throw new TimeoutException($"Not within {Deadline.TotalSeconds} s: {what}");
            await timer.WaitForNextTickAsync();
        }
    }
}
