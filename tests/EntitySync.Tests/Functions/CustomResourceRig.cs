using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Adapters.CloudFormation;
using EntitySync.Functions;

namespace EntitySync.Tests.Functions;

/// <summary>CloudFormation as a function sees it: a request, and a presigned address that takes the answer.</summary>
internal sealed class CustomResourceRig : HttpMessageHandler
{
    public const string Address = "https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com/arn%3Aaws%3Acloudformation%3Aeu-west-1%3A111111111111%3Astack/demo%7CTopics?X-Amz-Signature=0a%2Bb";

    private const string Stack = "arn:aws:cloudformation:eu-west-1:111111111111:stack/demo/00000000-0000-0000-0000-000000000001";

    private readonly DefaultLambdaJsonSerializer _serializer = new();

    public CustomResourceRig() => Resource = new CustomResource(new ResourceAnswers(new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan }, Clock), TimeProvider.System);

    public CustomResource Resource { get; }

    /// <summary>Pauses between attempts to answer are over at once.</summary>
    public LeapingPauses Clock { get; } = new();

    public LambdaLog Log { get; } = new();

    /// <summary>How the address answers, attempt by attempt; success when there is no more.</summary>
    public Queue<Func<HttpResponseMessage>> Trouble { get; } = new();

    /// <summary>What was sent, attempt by attempt.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Method, address and content type of the attempts.</summary>
    public List<string> Heads { get; } = [];

    public JsonNode Answer => JsonNode.Parse(Sent[^1])!;

    public string Outcome => $"{Answer["Status"]} {Answer["Reason"]} {Answer["Data"]?.ToJsonString()}".Trim();

    public static JsonObject Request(string type, JsonNode properties, string? physicalId = null)
    {
        var request = new JsonObject
        {
            ["RequestType"] = type,
            ["ResponseURL"] = Address,
            ["StackId"] = Stack,
            ["RequestId"] = "request-1",
            ["ResourceType"] = "Custom::Topics",
            ["LogicalResourceId"] = "Topics",
            ["ResourceProperties"] = properties,
        };
        if (physicalId is not null) request["PhysicalResourceId"] = physicalId;
        return request;
    }

    /// <summary>Through the serializer that the functions run with.</summary>
    public async Task InvokeAsync(Func<JsonElement, TestLambdaContext, Task> handler, string json, TimeSpan? remaining = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var context = new TestLambdaContext { RemainingTime = remaining ?? TimeSpan.FromSeconds(280), Logger = Log, LogStreamName = "2026/11/21/[1]abc" };
        await handler(_serializer.Deserialize<JsonElement>(stream), context);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Heads.Add($"{request.Method} {request.RequestUri!.OriginalString} {request.Content!.Headers.ContentType?.ToString() ?? "no type"}");
        Sent.Add(await request.Content.ReadAsStringAsync(cancellationToken));
        return Trouble.TryDequeue(out var trouble) ? trouble() : new HttpResponseMessage(HttpStatusCode.OK);
    }

    /// <summary>Keeps what is logged.</summary>
    internal sealed class LambdaLog : ILambdaLogger
    {
        public StringBuilder Buffer { get; } = new();

        public void Log(string message) => Buffer.Append(message);

        public void LogLine(string message) => Buffer.AppendLine(message);
    }

    /// <summary>Time stands still for timeouts, and pauses of up to two seconds are over at once.</summary>
    internal sealed class LeapingPauses : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.FromSeconds(2) || dueTime == Timeout.InfiniteTimeSpan) return new Idle();
            Pauses.Add(dueTime);
            callback(state);
            return new Idle();
        }

        private sealed class Idle : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
