namespace EntitySync.Local.StepFunctions;

/// <summary>The Lambda Invoke API (<c>POST /2015-03-31/functions/{name or ARN}/invocations</c>), which state machine tasks call.</summary>
public static class LambdaInvokeEndpoint
{
    private const int MaximumPayloadBytes = 6 * 1024 * 1024;

    public static void MapLambdaInvoke(this IEndpointRouteBuilder routes, ILambdaInvoker invoker) =>
        routes.MapPost("/2015-03-31/functions/{function}/invocations", (string function, HttpContext context) => HandleAsync(function, context, invoker));

    private static async Task HandleAsync(string function, HttpContext context, ILambdaInvoker invoker)
    {
        using var payload = new MemoryStream();
        await context.Request.Body.CopyToAsync(payload, context.RequestAborted);
        if (payload.Length > MaximumPayloadBytes)
        {
            context.Response.StatusCode = 413;
            context.Response.Headers["x-amzn-ErrorType"] = "RequestTooLargeException";
            return;
        }

        // A stopped execution does not end the invocation it waits for: Lambda has no such call either.
        var result = await invoker.InvokeAsync(NameOf(Uri.UnescapeDataString(function)), payload.ToArray(), CancellationToken.None);
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Amz-Executed-Version"] = "$LATEST";
        if (result.FunctionError is { } error) context.Response.Headers["X-Amz-Function-Error"] = error;
        await context.Response.Body.WriteAsync(result.Payload, context.RequestAborted);
    }

    private static string NameOf(string nameOrArn) => nameOrArn[(nameOrArn.LastIndexOf(':') + 1)..];
}
