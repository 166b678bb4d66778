using Amazon.Lambda.Core;
using EntitySync.Core.Errors;

namespace EntitySync.Functions;

/// <summary>The time that an invocation has. Work still running shortly before its end is cancelled, so that it fails in words and lets go of what it holds.</summary>
internal sealed class InvocationTime : IDisposable
{
    private readonly CancellationTokenSource _end;

    private InvocationTime(ILambdaContext context, TimeProvider clock)
    {
        Deadline = clock.GetUtcNow() + context.RemainingTime - RemainingTime.TimeToAnswer;
        _end = RemainingTime.Token(context, clock);
    }

    /// <summary>When the work is cancelled.</summary>
    public DateTimeOffset Deadline { get; }

    public static InvocationTime Of(ILambdaContext context, TimeProvider clock) => new(context, clock);

    /// <exception cref="TransientException">The time ran out.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(_end.Token);
        }
        catch (OperationCanceledException exception) when (_end.IsCancellationRequested)
        {
            throw new TransientException("The invocation ran out of time.", exception);
        }
    }

    public void Dispose() => _end.Dispose();
}
