using Amazon.Lambda.Core;
using EntitySync.Core.Errors;

namespace EntitySync.Functions;

/// <summary>The time that an invocation has. Work still running shortly before its end is cancelled, so that it fails in words and lets go of what it holds.</summary>
internal sealed class InvocationTime : IDisposable
{
    private readonly CancellationTokenSource _end;

    private InvocationTime(TimeSpan remaining, TimeProvider clock)
    {
        // A tenth of a short time, two seconds of a long one, is left to let go in.
        var reserve = remaining / 10 < TimeSpan.FromSeconds(2) ? remaining / 10 : TimeSpan.FromSeconds(2);
        Deadline = clock.GetUtcNow() + remaining - reserve;
        _end = new CancellationTokenSource(remaining - reserve, clock);
    }

    /// <summary>When the work is cancelled.</summary>
    public DateTimeOffset Deadline { get; }

    public static InvocationTime Of(ILambdaContext context, TimeProvider clock) => new(context.RemainingTime, clock);

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
