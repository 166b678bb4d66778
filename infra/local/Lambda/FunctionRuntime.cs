using System.Collections.Concurrent;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.Local.Lambda;

/// <summary>
/// Runs the template's functions in this process as Lambda does: the handler that the template names, real event JSON in and out, one invocation an
/// instance at a time, a deadline. A function that runs past its deadline gets the time-out error and what it returns later is dropped.
/// </summary>
public sealed class FunctionRuntime : ILambdaInvoker
{
    /// <summary>Largest event and answer of a synchronous invocation.</summary>
    public const int MaximumPayloadBytes = 6 * 1024 * 1024;

    private volatile Dictionary<string, Entry> _functions;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;

    /// <param name="functions">The template's functions, or some of them.</param>
    /// <param name="services">Fills the handlers' constructors.</param>
    /// <param name="maximumConcurrency">Invocations of one function at a time; further ones wait.</param>
    /// <exception cref="InvalidDataException">A handler names no public class or method.</exception>
    public FunctionRuntime(IEnumerable<LambdaFunction> functions, IServiceProvider services, TimeProvider time, ILoggerFactory loggers, int maximumConcurrency = 10)
    {
        _time = time;
        _loggers = loggers;
        _functions = functions.ToDictionary(function => function.LogicalId, function => new Entry(function, services, new Slots(maximumConcurrency)), StringComparer.Ordinal);
    }

    /// <summary>Hooks by function name; may change while functions run.</summary>
    public ConcurrentDictionary<string, FunctionHooks> Hooks { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes another deployment of the same functions: invocations that begin from now on run on instances of it, those under way end on the ones they have.</summary>
    /// <param name="services">Fills the handlers' constructors.</param>
    public void Deploy(IServiceProvider services) => _functions = _functions.ToDictionary(function => function.Key, function => function.Value.With(services), StringComparer.Ordinal);

    /// <summary>How often each function was invoked.</summary>
    public IReadOnlyDictionary<string, int> Invocations => _functions.ToDictionary(pair => pair.Key, pair => pair.Value.Count, StringComparer.Ordinal);

    public async Task<LambdaResult> InvokeAsync(string functionName, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!_functions.TryGetValue(functionName, out var entry)) return LambdaErrors.UnknownFunction(functionName);
        await entry.Slots.WaitAsync(cancellationToken);
        try
        {
            return await RunAsync(entry, payload, cancellationToken);
        }
        finally
        {
            entry.Slots.Release();
        }
    }

    private async Task<LambdaResult> RunAsync(Entry entry, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var invocation = new FunctionInvocation(entry.Function.LogicalId, Guid.NewGuid().ToString(), entry.CountOne(), payload);
        var logger = _loggers.CreateLogger(entry.Function.LogicalId);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deadline = Task.Delay(entry.Function.Timeout, _time, ended.Token);
        var handler = Task.Run(() => HandleAsync(entry, invocation, logger, ended.Token), CancellationToken.None);
        var first = await Task.WhenAny(handler, deadline);
        await ended.CancelAsync();
        if (first == handler) return await handler;
        _ = handler.ContinueWith(
            late => logger.LogWarning("Invocation {RequestId} ended after its time was over; its answer is dropped. Error: {Error}", invocation.RequestId, late.Exception?.InnerException?.Message ?? "none"),
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        return LambdaErrors.TimedOut(invocation.RequestId, entry.Function.Timeout);
    }

    private async Task<LambdaResult> HandleAsync(Entry entry, FunctionInvocation invocation, ILogger logger, CancellationToken ended)
    {
        try
        {
            var hooks = Hooks.GetValueOrDefault(invocation.FunctionName);
            var context = new LocalLambdaContext(entry.Function, invocation.RequestId, new LocalLambdaLogger(logger), _time);
            if (hooks?.BeforeInvoke is { } before) await before(invocation, ended);
            var answer = await CallAsync(entry, invocation, context, ended);
            var result = answer.Length > MaximumPayloadBytes ? LambdaErrors.AnswerTooLarge(answer.Length, MaximumPayloadBytes) : new LambdaResult(answer, null);
            if (hooks?.AfterInvoke is { } after) await after(invocation, result, ended);
            return result;
        }
#pragma warning disable CA1031 // whatever a handler throws is its answer
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogWarning(exception, "Invocation {RequestId} failed", invocation.RequestId);
            return LambdaErrors.From(exception);
        }
    }

    private static async Task<byte[]> CallAsync(Entry entry, FunctionInvocation invocation, LocalLambdaContext context, CancellationToken ended)
    {
        var instance = entry.Instances.Take();
        try
        {
            return await entry.Handler.InvokeAsync(instance, invocation.Payload, context);
        }
        finally
        {
            if (!ended.IsCancellationRequested) entry.Instances.Return(instance);
        }
    }

    private sealed class Entry(LambdaFunction function, IServiceProvider services, Slots slots)
    {

        public LambdaFunction Function => function;

        public HandlerBinding Handler { get; } = HandlerBinding.Resolve(function.Handler);

        public InstancePool Instances { get; } = new(HandlerBinding.Resolve(function.Handler).Type, services);

        public SemaphoreSlim Slots => slots.Free;

        public int Count => slots.Count;

        public int CountOne() => slots.CountOne();

        public Entry With(IServiceProvider others) => new(function, others, slots);
    }

    /// <summary>What a function keeps from one deployment to the next.</summary>
    private sealed class Slots(int maximumConcurrency)
    {
        private int _count;

        public SemaphoreSlim Free { get; } = new(maximumConcurrency);

        public int Count => Volatile.Read(ref _count);

        public int CountOne() => Interlocked.Increment(ref _count);
    }
}
