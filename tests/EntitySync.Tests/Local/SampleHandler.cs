using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace EntitySync.Tests.Local;

public sealed record SampleInput(string Do, int Milliseconds);

public sealed record SampleAnswer(string Done, string Function, double RemainingMilliseconds, int Instance);

/// <summary>What a handler of the tests gets from the provider.</summary>
public sealed class SampleService
{
    private int _instances;

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int NextInstance() => Interlocked.Increment(ref _instances);
}

/// <summary>A function for the tests of the runtime.</summary>
public sealed class SampleHandler(SampleService service)
{
    private readonly int _instance = service.NextInstance();

    public SampleHandler()
        : this(new SampleService()) => throw new InvalidOperationException("The runner fills the other constructor.");

    [LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]
    public async Task<SampleAnswer> HandleAsync(SampleInput input, ILambdaContext context)
    {
        context.Logger.LogInformation("doing {What}", input.Do);
        switch (input.Do)
        {
            case "fail": throw new InvalidOperationException("as told", new FormatException("inner"));
            case "large": return new SampleAnswer(new string('x', 7_000_000), "", 0, 0);
            case "wait":
                service.Entered.TrySetResult();
                await service.Release.Task;
                break;
        }

        return new SampleAnswer(input.Do, context.FunctionName, context.RemainingTime.TotalMilliseconds, _instance);
    }
}

/// <summary>A function that takes and gives raw bytes.</summary>
public sealed class StreamHandler
{
    private byte[] _last = [];

    public Stream HandleAsync(Stream input)
    {
        using var copy = new MemoryStream();
        input.CopyTo(copy);
        _last = copy.ToArray();
        return new MemoryStream(_last, writable: false);
    }
}
