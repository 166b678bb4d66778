using Amazon.Lambda.Core;

namespace EntitySync.Functions;

/// <summary>Keeps a function from being cut off in the middle: it stops by itself while there is still time to answer.</summary>
internal static class RemainingTime
{
    public static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1);

    /// <summary>A token that is cancelled shortly before the function's time is over.</summary>
    public static CancellationTokenSource Token(ILambdaContext context, TimeProvider clock)
    {
        var left = context.RemainingTime - TimeToAnswer;
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
    }
}
