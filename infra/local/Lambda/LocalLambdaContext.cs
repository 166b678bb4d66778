using Amazon.Lambda.Core;
using EntitySync.Local.Template;

namespace EntitySync.Local.Lambda;

/// <summary>Context of one invocation whose <see cref="RemainingTime"/> really runs down.</summary>
internal sealed class LocalLambdaContext(LambdaFunction function, string requestId, ILambdaLogger logger, TimeProvider time) : ILambdaContext
{
    private readonly long _started = time.GetTimestamp();

    public string AwsRequestId => requestId;

    public IClientContext ClientContext => null!; // as in Lambda for callers that give none

    public ICognitoIdentity Identity => null!;

    public string FunctionName => function.LogicalId;

    public string FunctionVersion => "$LATEST";

    public string InvokedFunctionArn => "arn:aws:lambda:us-east-1:000000000000:function:" + function.LogicalId;

    public ILambdaLogger Logger => logger;

    public string LogGroupName => "/aws/lambda/" + function.LogicalId;

    public string LogStreamName => "local";

    public int MemoryLimitInMB => function.MemoryMegabytes;

    public TimeSpan RemainingTime => function.Timeout - time.GetElapsedTime(_started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
}
