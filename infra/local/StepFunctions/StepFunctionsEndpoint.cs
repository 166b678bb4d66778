using System.Text.Json;
using System.Text.Json.Nodes;

namespace EntitySync.Local.StepFunctions;

/// <summary>AWS JSON 1.0 over HTTP for <see cref="StepFunctionsService"/>: what AWSSDK.StepFunctions and the AWS CLI talk to.</summary>
public static class StepFunctionsEndpoint
{
    private const string TargetPrefix = "AWSStepFunctions.";

    public static void MapStepFunctions(this IEndpointRouteBuilder routes, StepFunctionsService service) =>
        routes.MapPost("/", context => HandleAsync(context, service));

    private static async Task HandleAsync(HttpContext context, StepFunctionsService service)
    {
        context.Response.ContentType = "application/x-amz-json-1.0";
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        JsonObject answer;
        try
        {
            var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject ?? [];
            answer = await AnswerAsync(context.Request.Headers["X-Amz-Target"].ToString(), request, service, context.RequestAborted);
        }
        catch (StepFunctionsException exception)
        {
            context.Response.StatusCode = 400;
            answer = new JsonObject { ["__type"] = exception.Code, ["message"] = exception.Message };
        }
        catch (JsonException exception)
        {
            context.Response.StatusCode = 400;
            answer = new JsonObject { ["__type"] = "SerializationException", ["message"] = exception.Message };
        }

        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    private static async Task<JsonObject> AnswerAsync(string target, JsonObject request, StepFunctionsService service, CancellationToken cancellationToken)
    {
        switch (target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : target)
        {
            case "StartExecution":
                var started = await service.StartExecutionAsync(Required("stateMachineArn"), Optional("name"), Optional("input") ?? "{}", cancellationToken);
                return new JsonObject { ["executionArn"] = started.Arn, ["startDate"] = Seconds(started.StartDate) };
            case "DescribeExecution":
                return Describe(service.Describe(Required("executionArn")), whole: true);
            case "ListExecutions":
                var (page, next) = service.List(Required("stateMachineArn"), Optional("statusFilter"), (int?)request["maxResults"], Optional("nextToken"));
                var list = new JsonObject { ["executions"] = new JsonArray([.. page.Select(execution => Describe(execution, whole: false))]) };
                if (next is not null) list["nextToken"] = next;
                return list;
            case "StopExecution":
                var stopped = await service.StopAsync(Required("executionArn"), Optional("error"), Optional("cause"), cancellationToken);
                return new JsonObject { ["stopDate"] = Seconds(stopped.StopDate!.Value) };
            default:
                throw new StepFunctionsException("UnknownOperationException", $"'{target}' is not offered on one machine: StartExecution, DescribeExecution, ListExecutions and StopExecution are.");
        }

        string? Optional(string name) => (string?)request[name];

        string Required(string name) => Optional(name) ?? throw new StepFunctionsException("ValidationException", $"'{name}' is required.");
    }

    private static JsonObject Describe(Execution execution, bool whole)
    {
        var json = new JsonObject
        {
            ["executionArn"] = execution.Arn,
            ["stateMachineArn"] = execution.StateMachineArn,
            ["name"] = execution.Name,
            ["status"] = execution.Status,
            ["startDate"] = Seconds(execution.StartDate),
        };
        if (execution.StopDate is { } stopDate) json["stopDate"] = Seconds(stopDate);
        if (!whole) return json;
        json["input"] = execution.Input;
        if (execution.Output is not null) json["output"] = execution.Output;
        if (execution.Error is not null) json["error"] = execution.Error;
        if (execution.Cause is not null) json["cause"] = execution.Cause;
        return json;
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
